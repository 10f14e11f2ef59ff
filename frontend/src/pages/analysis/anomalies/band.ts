/** What an anomaly was compared with, and the time around it. */

import type { Span } from "../../../time/range";
import type { Anomaly } from "../answers";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type Values = readonly (number | null)[];

export interface Band {
  readonly low: Values;
  readonly high: Values;
}

/** Return the time around an anomaly that shows what came before and after. */
export function spanAround({ since, until }: Pick<Anomaly, "since" | "until">, nowMs: number): Span {
  const sinceMs = Date.parse(since);
  const endMs = until === null ? nowMs : Date.parse(until);
  const leadMs = Math.min(Math.max(2 * (endMs - sinceMs), HOUR_MS), DAY_MS);
  return { sinceMs: sinceMs - leadMs, untilMs: Math.min(endMs + leadMs / 2, Math.max(nowMs, endMs)) };
}

/**
 * Return both ends of what was expected, at each time that the anomaly lasts.
 *
 * It is the range of when it was strangest: what is expected later has learned from the anomaly itself.
 */
export function bandOf(
  {
    since,
    until,
    expectedLow,
    expectedHigh,
  }: Pick<Anomaly, "since" | "until" | "expectedLow" | "expectedHigh">,
  times: readonly number[],
): Band {
  const sinceS = Date.parse(since) / 1000;
  const untilS = until === null ? Infinity : Date.parse(until) / 1000;
  const within = (end: number | null): Values =>
    times.map((time) => (time >= sinceS && time <= untilS ? end : null));
  return { low: within(expectedLow), high: within(expectedHigh) };
}
