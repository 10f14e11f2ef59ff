/** Lines of the period before, quiet and dashed, on the times of this one. */

import { laidOn } from "../time/before";
import type { Line } from "./types";

interface Chart {
  /** Unix seconds, rising. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
}

/**
 * Return the lines with, behind each, what it was one period earlier.
 *
 * @param before the same lines, by their names, of the period before; without it there is nothing to add.
 * @param lengthMs how far the two periods are apart.
 */
export function withBefore(chart: Chart, before: Chart | undefined, lengthMs: number): readonly Line[] {
  if (before === undefined) return chart.lines;
  const earlier = chart.lines.flatMap(({ name }) => {
    const line = before.lines.find((one) => one.name === name);
    if (line === undefined) return [];
    const values = laidOn(chart.times, { times: before.times, values: line.values }, lengthMs);
    return [{ name: beforeName(name), values, role: "muted", dashed: true }];
  });
  return [...chart.lines, ...earlier];
}

export function beforeName(name: string): string {
  return `${name}, the period before`;
}
