import { describe, expect, it } from "vitest";

import { limitsOf } from "./limits";

describe("the limits of a chart", () => {
  it("begin at nothing and leave room above", () => {
    expect(limitsOf(40, 100)).toEqual([0, 108]);
  });

  it("reach below nothing where values do", () => {
    expect(limitsOf(-10, 10)[0]).toBe(-10);
  });

  it("keep a threshold in sight", () => {
    expect(limitsOf(1, 2, 10)[1]).toBeGreaterThan(10);
  });

  it("are some where there is nothing, or nothing but zero", () => {
    expect(limitsOf(null, null)).toEqual([0, 1]);
    expect(limitsOf(0, 0)).toEqual([0, 1]);
    expect(limitsOf(0, 3.1e-150)).toEqual([0, 1]);
  });
});
