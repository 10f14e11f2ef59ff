/** Moments as people say them. */

import { seconds } from "./quantity";

/** Write how long ago something was. */
export function ago(atMs: number, nowMs: number): string {
  const passedS = Math.max(0, Math.round((nowMs - atMs) / 1000));
  return passedS < 1 ? "now" : `${seconds(passedS)} ago`;
}

const DAY_S = 86_400;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

// By hand: a browser's first `Intl` takes it 40 ms, while the first page waits.
const two = (part: number) => String(part).padStart(2, "0");
const clock = (at: Date) => `${two(at.getHours())}:${two(at.getMinutes())}`;
const clockWithSeconds = (at: Date) => `${clock(at)}:${two(at.getSeconds())}`;
const date = (at: Date) => `${at.getDate()} ${MONTHS[at.getMonth()]}`;

/** Write a moment of a span: with the day where the span is longer than one, with seconds where it is short. */
export function momentText(
  atMs: number,
  span: { readonly sinceMs: number; readonly untilMs: number },
): string {
  const lengthS = (span.untilMs - span.sinceMs) / 1000;
  if (lengthS > DAY_S) return datedText(atMs);
  return (lengthS <= 3600 ? clockWithSeconds : clock)(new Date(atMs));
}

/** Write a moment that may be long ago, or far off: with its day. */
export function datedText(atMs: number): string {
  const at = new Date(atMs);
  return `${date(at)}, ${clock(at)}`;
}

/** Write from when to when something was, with a second day only where it is another one. */
export function betweenText(sinceMs: number, untilMs: number): string {
  const [since, until] = [new Date(sinceMs), new Date(untilMs)];
  const isSameDay = since.toDateString() === until.toDateString();
  return `${datedText(sinceMs)} – ${isSameDay ? clock(until) : datedText(untilMs)}`;
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** Write a day in full. */
export function dayText(atMs: number): string {
  const at = new Date(atMs);
  return `${WEEKDAYS[at.getDay()]}, ${date(at)} ${at.getFullYear()}`;
}

/** Write a tick of an axis, as exactly as the length of the axis asks for; midnight is the day. */
export function tickText(atS: number, lengthS: number): string {
  const at = new Date(atS * 1000);
  const isMidnight = at.getHours() === 0 && at.getMinutes() === 0 && at.getSeconds() === 0;
  if (lengthS > 8 * DAY_S || (isMidnight && lengthS > 600)) return date(at);
  return (lengthS <= 600 ? clockWithSeconds : clock)(at);
}
