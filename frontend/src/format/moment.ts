/** Moments as people say them. */

import { seconds } from "./quantity";

/** Write how long ago something was. */
export function ago(atMs: number, nowMs: number): string {
  const passedS = Math.max(0, Math.round((nowMs - atMs) / 1000));
  return passedS < 1 ? "now" : `${seconds(passedS)} ago`;
}

const DAY_S = 86_400;
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const CLOCK_WITH_SECONDS = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

const MOMENT = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});

/** Write a moment of a span: with the day where the span is longer than one, with seconds where it is short. */
export function momentText(
  atMs: number,
  span: { readonly sinceMs: number; readonly untilMs: number },
): string {
  const lengthS = (span.untilMs - span.sinceMs) / 1000;
  if (lengthS > DAY_S) return MOMENT.format(atMs);
  return (lengthS <= 3600 ? CLOCK_WITH_SECONDS : CLOCK).format(atMs);
}

/** Write a moment that may be long ago, or far off: with its day. */
export function datedText(atMs: number): string {
  return MOMENT.format(atMs);
}

/** Write a tick of an axis, as exactly as the length of the axis asks for; midnight is the day. */
export function tickText(atS: number, lengthS: number): string {
  const at = new Date(atS * 1000);
  const isMidnight = at.getHours() === 0 && at.getMinutes() === 0 && at.getSeconds() === 0;
  if (lengthS > 8 * DAY_S || (isMidnight && lengthS > 600)) return DATE.format(at);
  return (lengthS <= 600 ? CLOCK_WITH_SECONDS : CLOCK).format(at);
}
