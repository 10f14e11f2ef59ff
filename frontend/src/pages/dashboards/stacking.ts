/** Lines on top of each other: each is drawn at the sum of itself and those below. */

import { seriesRole } from "../../charts/colors";
import type { Line } from "../../charts/TimeChart";
import type { Kind } from "./types";

/** Return the lines as a kind of panel draws them; the topmost of a stack comes first. */
export function shownBy(kind: Kind, lines: readonly Line[]): readonly Line[] {
  return kind === "stacked" ? stacked(lines) : lines;
}

export function stacked(lines: readonly Line[]): readonly Line[] {
  let below: readonly (number | null)[] = [];
  const sums = lines.map((line) => {
    const values = line.values.map((value, at) => sum(value, below[at] ?? null));
    below = values;
    return { ...line, values, said: line.values };
  });
  return sums.map((line, at) => ({ ...line, role: seriesRole(at), area: at === 0 })).reverse();
}

/** What is missing adds nothing; a gap is where nothing is known at all. */
function sum(value: number | null, below: number | null): number | null {
  if (value === null) return below;
  return below === null ? value : value + below;
}

/** The bands between the lines of a stack: each line and the one below it. */
export function bandsOf(kind: Kind, lines: readonly Line[]): readonly (readonly [number, number, string])[] {
  if (kind !== "stacked") return [];
  return lines.slice(1).map((_, at) => [at, at + 1, lines[at]?.role ?? seriesRole(at)] as const);
}
