import { describe, expect, it } from "vitest";

import { laidOut } from "./laying";
import type { Panel } from "./types";

const PANEL: Panel = {
  id: "p",
  title: "Up",
  kind: "line",
  queries: [
    { expr: "up", legend: "{{job}}" },
    { expr: "down", legend: "" },
  ],
  unit: "",
  threshold: null,
  place: { x: 0, y: 0, w: 6, h: 4 },
};
const STEPS = { sinceMs: 0, untilMs: 30_000, stepS: 15 };
const one = (metric: Record<string, string>, value: string) => ({ metric, values: [[15, value]] as const });

describe("what several queries found", () => {
  it("is one chart with a name for each series", () => {
    const { times, lines, more } = laidOut(
      [[one({ job: "shop" }, "1")], [one({ __name__: "down" }, "2")]],
      PANEL,
      STEPS,
    );
    expect(times).toEqual([0, 15, 30]);
    expect(lines).toEqual([
      { name: "shop", values: [null, 1, null] },
      { name: "down", values: [null, 2, null] },
    ]);
    expect(more).toBe(0);
  });

  it("counts what is too much to be shown", () => {
    const many = Array.from({ length: 70 }, (_, at) => one({ job: String(at) }, "1"));
    const { lines, more } = laidOut([many, []], PANEL, STEPS);
    expect([lines.length, more]).toEqual([60, 10]);
  });
});
