import { describe, expect, it } from "vitest";

import { LEFT, RIGHT, timeLabels } from "./options";

const MIN = Date.parse("2026-03-01T12:00:00") / 1000;
const HOUR = { min: MIN, max: MIN + 3600 };
const WIDTH = LEFT + 360 + RIGHT; // ten seconds a pixel

describe("the times below a plot", () => {
  it("are written where they fit", () => {
    expect(timeLabels([MIN, MIN + 1800, MIN + 3300], HOUR, WIDTH)).toEqual(["12:00", "12:30", "12:55"]);
  });

  it("leave out one that the right edge would cut off", () => {
    expect(timeLabels([MIN + 3500, MIN + 3540], HOUR, WIDTH)).toEqual(["12:58", ""]);
  });
});
