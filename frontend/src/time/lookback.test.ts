import { describe, expect, it } from "vitest";

import { lookbackOf } from "./lookback";

const HOUR_MS = 3_600_000;

describe("how far back rates look", () => {
  it.each([
    [1, "1m"],
    [6, "5m"],
    [24 * 7, "30m"],
    [24 * 30, "3h"],
  ])("suits a range of %s hours", (hours, window) => {
    expect(lookbackOf({ kind: "moving", lengthMs: hours * HOUR_MS })).toBe(window);
    expect(lookbackOf({ kind: "fixed", sinceMs: 5, untilMs: 5 + hours * HOUR_MS })).toBe(window);
  });
});
