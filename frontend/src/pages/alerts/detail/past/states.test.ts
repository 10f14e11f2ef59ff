import { describe, expect, it } from "vitest";

import type { Episode } from "../../answers";
import { endsOf, rangeAround, seriesOf, statesOf } from "./states";

const SPAN = { sinceMs: 0, untilMs: 3_600_000 };
const at = (s: number) => new Date(s * 1000).toISOString();

function episode(fromS: number, toS: number | null): Episode {
  return { startedAt: at(fromS), endedAt: toS === null ? null : at(toS) } as Episode;
}

describe("the states of an alert", () => {
  it("are pending until it fired, and firing up to now", () => {
    const alert = { state: "firing" as const, activeAt: at(100), firedAt: at(200), resolvedAt: null };
    expect(statesOf(alert, [episode(200, null)], SPAN)).toEqual([
      { fromS: 100, toS: 200, tone: "warn", text: "pending" },
      { fromS: 200, toS: 3600, tone: "bad", text: "firing" },
    ]);
  });

  it("are pending up to now where it did not fire", () => {
    const alert = { state: "pending" as const, activeAt: at(100), firedAt: null, resolvedAt: null };
    expect(statesOf(alert, [], SPAN)).toEqual([{ fromS: 100, toS: 3600, tone: "warn", text: "pending" }]);
  });

  it("are those of the past alone where the alert has gone", () => {
    expect(statesOf(null, [episode(10, 20), episode(-50, -20)], SPAN).map(({ fromS }) => fromS)).toEqual([
      10,
    ]);
  });
});

describe("the ends of an alert", () => {
  it("are its own, or those of the last time that it fired", () => {
    const alert = { state: "firing" as const, activeAt: at(100), firedAt: at(200), resolvedAt: null };
    expect(endsOf(alert, episode(1, 2))).toEqual([100_000, null]);
    expect(endsOf(null, episode(1, 2))).toEqual([1000, 2000]);
    expect(endsOf(null, undefined)).toBeNull();
  });
});

describe("the range around an alert", () => {
  const nowMs = 100 * 3_600_000;

  it("is the least usual one that shows its beginning", () => {
    expect(rangeAround(nowMs - 600_000, null, nowMs)).toBe("1h");
    expect(rangeAround(nowMs - 5 * 3_600_000, null, nowMs)).toBe("6h");
  });

  it("has time on both sides of one that is over", () => {
    const [fromMs, toMs] = [nowMs - 10 * 3_600_000, nowMs - 9 * 3_600_000];
    expect(rangeAround(fromMs, toMs, nowMs)).toBe(`${fromMs - 1_800_000}~${toMs + 1_800_000}`);
  });

  it("goes back as far as it has to", () => {
    expect(rangeAround(nowMs - 40 * 86_400_000, null, nowMs)).toContain("~");
  });
});

describe("the series of an alert", () => {
  const series = [
    { metric: { __name__: "load", job: "other" }, values: [] },
    { metric: { job: "shop" }, values: [] },
    { metric: { job: "shop", route: "/a" }, values: [] },
  ];

  it("is the one that says most and nothing else", () => {
    expect(seriesOf(series, { alertname: "A", job: "shop", route: "/a" })).toBe(series[2]);
  });

  it("is none where all say something else", () => {
    expect(seriesOf(series, { job: "third" })).toBeUndefined();
  });
});
