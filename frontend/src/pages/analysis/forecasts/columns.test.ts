import { describe, expect, it } from "vitest";

import { columnsOf, horizonFor, horizonOf } from "./columns";

const time = (atS: number) => new Date(atS * 1000).toISOString();

describe("a forecast", () => {
  it("goes on where what was ends", () => {
    const columns = columnsOf({
      history: [
        { time: time(1), value: 5 },
        { time: time(2), value: "NaN" },
      ],
      forecast: [{ time: time(3), value: 7, low: 6, high: 8 }],
    });

    expect(columns).toEqual({
      times: [1, 2, 3],
      seen: [5, null, null],
      expected: [null, null, 7],
      low: [null, null, 6],
      high: [null, null, 8],
      nowS: 2,
    });
  });

  it("has no now without a past", () => {
    expect(columnsOf({ history: [], forecast: [] }).nowS).toBeNull();
  });
});

describe("a horizon", () => {
  it.each([
    ["7d", "7d"],
    ["for ever", "2d"],
    [null, "2d"],
  ])("of an address %s is %s", (text, horizon) => {
    expect(horizonOf(text)).toBe(horizon);
  });

  it.each([
    [3600, "6h"],
    [172_800, "2d"],
    [1_000_000, "30d"],
  ])("for %d seconds is %s", (seconds, horizon) => {
    expect(horizonFor(seconds)).toBe(horizon);
  });
});
