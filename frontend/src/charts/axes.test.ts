import { describe, expect, it } from "vitest";

import { LEFT, roomFor, timeLabels } from "./axes";

const MIN = Date.parse("2026-03-01T12:00:00") / 1000;
const HOUR = { min: MIN, max: MIN + 3600 };
const WIDTH = 360; // ten seconds a pixel

describe("the times below a plot", () => {
  it("are written where they fit", () => {
    expect(timeLabels([MIN, MIN + 1800, MIN + 3300], HOUR, WIDTH)).toEqual(["12:00", "12:30", "12:55"]);
  });

  it("leave out one that the right edge would cut off", () => {
    expect(timeLabels([MIN + 3500, MIN + 3540], HOUR, WIDTH)).toEqual(["12:58", ""]);
  });
});

/** Writes every character seven pixels wide. */
const CANVAS = {
  font: "",
  save: () => undefined,
  restore: () => undefined,
  measureText: (text: string) => ({ width: 7 * text.length }) as TextMetrics,
};

describe("the room left of a plot", () => {
  it("is as wide as the longest label and its tick", () => {
    expect(roomFor(CANVAS, ["0 s", "16 min 40 s"])).toBe(77 + 15);
  });

  it("is the same for all charts with short ones, and before there are any", () => {
    expect(roomFor(CANVAS, ["0 s", "5 s"])).toBe(LEFT);
    expect(roomFor(CANVAS, null)).toBe(LEFT);
  });
});
