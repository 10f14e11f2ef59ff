import { describe, expect, it } from "vitest";

import { askedBefore, askedOf, laidOn } from "./before";

const FIXED = { kind: "fixed", sinceMs: 3_600_000, untilMs: 7_200_000 } as const;
const MOVING = { kind: "moving", lengthMs: 21_600_000 } as const;

describe("a question", () => {
  it("asks by length for what moves, by moments for what stays", () => {
    expect(askedOf(MOVING)).toEqual({ window: "6h" });
    expect(askedOf(FIXED)).toEqual({ since: "1970-01-01T01:00:00.000Z", until: "1970-01-01T02:00:00.000Z" });
  });

  it("about the period before is as long and ends where this one begins", () => {
    expect(askedBefore(MOVING)).toEqual({ window: "6h", until: "6h" });
    expect(askedBefore(FIXED)).toEqual({
      since: "1970-01-01T00:00:00.000Z",
      until: "1970-01-01T01:00:00.000Z",
    });
  });
});

describe("values of the period before", () => {
  it("lie on the times of this one", () => {
    const before = { times: [0, 10, 20], values: [1, 2, 3] };
    expect(laidOn([100, 110, 120], before, 100_000)).toEqual([1, 2, 3]);
  });

  it("are taken from the nearest time", () => {
    const before = { times: [3, 13, 23], values: [1, 2, null] };
    expect(laidOn([100, 110, 120], before, 100_000)).toEqual([1, 2, null]);
  });

  it("are missing where none is near", () => {
    expect(laidOn([100, 160], { times: [0], values: [1] }, 100_000)).toEqual([1, null]);
    expect(laidOn([100, 200, 300], { times: [0, 10], values: [1, 2] }, 100_000)).toEqual([1, null, null]);
    expect(laidOn([100], { times: [], values: [] }, 100_000)).toEqual([null]);
  });
});
