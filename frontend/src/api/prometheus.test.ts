import { describe, expect, it } from "vitest";

import { Problem } from "./client";
import { aligned, placeOf, seriesName } from "./prometheus";

describe("series side by side", () => {
  it("have gaps where one has no sample, and where a value is none", () => {
    const series = [
      {
        metric: {},
        values: [
          [0, "1"],
          [15, "2"],
          [30, "NaN"],
        ] as const,
      },
      { metric: {}, values: [[30, "5"]] as const },
    ];

    expect(aligned(series, { sinceMs: 0, untilMs: 30_000, stepS: 15 })).toEqual({
      times: [0, 15, 30],
      columns: [
        [1, 2, null],
        [null, null, 5],
      ],
    });
  });
});

describe("the name of a series", () => {
  it.each([
    [{ __name__: "up", job: "shop" }, 'up{job="shop"}'],
    [{ __name__: "up" }, "up"],
    [{ route: 'a"b' }, '{route="a\\"b"}'],
    [{}, "{}"],
  ])("%o is %s", (metric, text) => {
    expect(seriesName(metric as Record<string, string>)).toBe(text);
  });
});

describe("the place of an error", () => {
  it("is where the parser says", () => {
    expect(placeOf(new Problem(400, "bad_data", "1:5: parse error: unexpected end"))).toBe(4);
    expect(placeOf(new Problem(422, "execution", "too many samples"))).toBeNull();
    expect(placeOf(new Error("1:5: no"))).toBeNull();
  });
});
