import { describe, expect, it } from "vitest";

import { bandsOf, shownBy, stacked } from "./stacking";

const LINES = [
  { name: "a", values: [1, null, 3] },
  { name: "b", values: [10, null, null] },
];

describe("a stack", () => {
  it("adds each line to those below, the topmost in front", () => {
    expect(stacked(LINES)).toEqual([
      { name: "b", values: [11, null, 3], said: [10, null, null], role: "series-2", area: false },
      { name: "a", values: [1, null, 3], said: [1, null, 3], role: "series-1", area: true },
    ]);
  });

  it("has a band between each two lines", () => {
    expect(bandsOf("stacked", stacked(LINES))).toEqual([[0, 1, "series-2"]]);
    expect(bandsOf("line", LINES)).toEqual([]);
  });

  it("leaves other kinds as they are", () => {
    expect(shownBy("line", LINES)).toBe(LINES);
  });
});
