import { describe, expect, it } from "vitest";

import { bandOf, spanAround } from "./band";

const HOUR_MS = 3_600_000;
const time = (atMs: number) => new Date(atMs).toISOString();

describe("the time around an anomaly", () => {
  it("is an hour and more before it", () => {
    const around = spanAround({ since: time(10 * HOUR_MS), until: time(10.1 * HOUR_MS) }, 20 * HOUR_MS);

    expect(around).toEqual({ sinceMs: 9 * HOUR_MS, untilMs: 10.6 * HOUR_MS });
  });

  it("ends now while it lasts", () => {
    const around = spanAround({ since: time(10 * HOUR_MS), until: null }, 12 * HOUR_MS);

    expect(around).toEqual({ sinceMs: 6 * HOUR_MS, untilMs: 12 * HOUR_MS });
  });
});

describe("the expected range", () => {
  const anomaly = { since: time(2000), until: time(3000), expectedLow: 1, expectedHigh: 2 };

  it("is drawn while the anomaly lasts", () => {
    expect(bandOf(anomaly, [1, 2, 3, 4])).toEqual({ low: [null, 1, 1, null], high: [null, 2, 2, null] });
  });

  it("goes on as long as nobody knows an end", () => {
    expect(bandOf({ ...anomaly, until: null }, [1, 9]).high).toEqual([null, 2]);
  });

  it("has no end that was not known", () => {
    expect(bandOf({ ...anomaly, expectedLow: null }, [2]).low).toEqual([null]);
  });
});
