import { describe, expect, it } from "vitest";

import { linePath } from "./Sparkline";

describe("a line", () => {
  it("spans the whole width and height", () => {
    expect(linePath([0, 1, 2], 100, 20)).toBe("M0.0 20.0L50.0 10.0L100.0 0.0");
  });

  it("has gaps where nothing is known", () => {
    expect(linePath([1, null, 3], 100, 20)).toBe("M0.0 20.0M100.0 0.0");
    expect(linePath([1, NaN, 3, 2], 90, 20)).toBe("M0.0 20.0M60.0 0.0L90.0 10.0");
  });

  it("is level for a constant and nothing for less than two points", () => {
    expect(linePath([5, 5], 10, 20)).toBe("M0.0 10.0L10.0 10.0");
    expect(linePath([5, null], 10, 20)).toBe("");
  });
});
