import { describe, expect, it } from "vitest";

import type { Series } from "../../api/prometheus";
import { bucketText, heatOf, heatText, sharesOf, strength } from "./heat";

const ASKED = { sinceMs: 60_000, untilMs: 180_000, stepS: 60 };

function bucket(le: string, ...values: number[]): Series {
  return { metric: { le }, values: values.map((value, at) => [60 + at * 60, String(value)] as const) };
}

const SERIES = [
  bucket("+Inf", 10, 20, 0),
  bucket("0.005", 0, 0, 0),
  bucket("0.01", 8, 10, 0),
  bucket("0.025", 10, 16, 0),
];

describe("a heat map", () => {
  it("has of each bucket what the one below it has not", () => {
    expect(heatOf(SERIES, ASKED).counts).toEqual([
      [8, 10, 0],
      [2, 6, 0],
      [0, 4, 0],
    ]);
  });

  it("begins and ends with buckets that hold something", () => {
    const { bounds, lowest } = heatOf(SERIES.slice(1), ASKED);
    expect(bounds).toEqual([0.01, 0.025]);
    expect(lowest).toBe(0.005);
  });

  it("is empty where nothing was measured", () => {
    const heat = heatOf([bucket("+Inf", 0)], ASKED);
    expect(heat.counts).toEqual([]);
    expect(heatText(heat)).toBe("No requests were measured.");
  });

  it("takes what is too small for a request as none", () => {
    expect(heatOf([bucket("1", 0.01, 5)], ASKED).counts[0]?.[0]).toBe(0);
  });

  it("calls buckets by both limits", () => {
    const heat = heatOf(SERIES, ASKED);
    expect([0, 1, 2].map((at) => bucketText(heat, at))).toEqual([
      "5 ms to 10 ms",
      "10 ms to 25 ms",
      "over 25 ms",
    ]);
  });

  it("is told in words", () => {
    expect(heatText(heatOf(SERIES, ASKED))).toBe(
      "60% of the requests took 5 ms to 10 ms; the slowest took over 25 ms (13.3%).",
    );
    expect(sharesOf(heatOf(SERIES, ASKED))[0]).toMatchObject({ text: "over 25 ms", count: 4 });
  });
});

describe("the strength of a colour", () => {
  it("is nothing for nothing and full for the most", () => {
    expect(strength(0, 10)).toBe(0);
    expect(strength(10, 10)).toBe(1);
  });

  it("lets one of thousands be seen", () => {
    expect(strength(1, 5000)).toBeGreaterThan(0.2);
  });
});
