import { describe, expect, it } from "vitest";

import { LEFT } from "../../charts/axes";
import type { Heat } from "./heat";
import { cellAt, movedCell } from "./heatDraw";

const HEAT: Heat = {
  times: [60, 120, 180],
  bounds: [0.01, 0.1, Infinity],
  lowest: 0,
  counts: [
    [1, 1, 1],
    [1, 1, 1],
    [1, 1, 1],
  ],
  most: 1,
  total: 9,
};
const SIZE = { width: 370, height: 330 };
const DRAWN = { heat: HEAT, span: { sinceMs: 0, untilMs: 180_000 }, stepS: 60 };

describe("the cell at a place", () => {
  it("is the first bucket at the bottom, and the newest step at the right", () => {
    expect(cellAt({ x: LEFT + 1, y: 300 }, SIZE, DRAWN)).toEqual({ row: 0, column: 0 });
    expect(cellAt({ x: 360, y: 10 }, SIZE, DRAWN)).toEqual({ row: 2, column: 2 });
  });

  it("is none beside the map", () => {
    expect(cellAt({ x: 10, y: 100 }, SIZE, DRAWN)).toBeNull();
    expect(cellAt({ x: 100, y: 329 }, SIZE, DRAWN)).toBeNull();
  });
});

describe("the cursor by keys", () => {
  it("begins at the newest step and stays on the map", () => {
    expect(movedCell("ArrowLeft", null, HEAT)).toEqual({ row: 0, column: 2 });
    expect(movedCell("ArrowRight", { row: 0, column: 2 }, HEAT)).toEqual({ row: 0, column: 2 });
    expect(movedCell("ArrowUp", { row: 1, column: 1 }, HEAT)).toEqual({ row: 2, column: 1 });
  });

  it("is not moved by other keys, nor where there is nothing", () => {
    expect(movedCell("x", null, HEAT)).toBeNull();
    expect(movedCell("ArrowUp", null, { ...HEAT, times: [], bounds: [] })).toBeNull();
  });
});
