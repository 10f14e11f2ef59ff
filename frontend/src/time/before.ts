/** The period before: how it is asked for, and how its values lie on the times of this one. */

import { previous, type Range, rangeText } from "./range";

export type Asked = Readonly<Record<string, string>>;

/** A moving range is asked by lengths, so that the question is the same from one second to the next. */
export function askedOf(range: Range): Asked {
  if (range.kind === "moving") return { window: rangeText(range) };
  return { since: new Date(range.sinceMs).toISOString(), until: new Date(range.untilMs).toISOString() };
}

/** Return what asks for the period of the same length that ends where this one begins. */
export function askedBefore(range: Range): Asked {
  if (range.kind === "moving") return { window: rangeText(range), until: rangeText(range) };
  return askedOf({ kind: "fixed", ...previous(range) });
}

export function lengthOf(range: Range): number {
  return range.kind === "moving" ? range.lengthMs : range.untilMs - range.sinceMs;
}

export interface Measured {
  /** Unix seconds, rising. */
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
}

/**
 * Return, for each of the times, the value that was nearest one length earlier; a gap where none was near.
 *
 * @param lengthMs how far the two periods are apart.
 */
export function laidOn(times: readonly number[], before: Measured, lengthMs: number): (number | null)[] {
  const nearS = nearness(before.times);
  let at = 0;
  return times.map((time) => {
    const wanted = time - lengthMs / 1000;
    while (at + 1 < before.times.length && isNearer(before.times, at + 1, wanted)) at += 1;
    return distance(before.times[at], wanted) <= nearS ? (before.values[at] ?? null) : null;
  });
}

function isNearer(times: readonly number[], at: number, wanted: number): boolean {
  return distance(times[at], wanted) <= distance(times[at - 1], wanted);
}

function distance(time: number | undefined, wanted: number): number {
  return time === undefined ? Infinity : Math.abs(time - wanted);
}

/** How far a time may be from the one that is wanted: a little more than half a step. */
function nearness(times: readonly number[]): number {
  const [first = 0, second = first + 60] = times;
  return (second - first) * 0.51;
}
