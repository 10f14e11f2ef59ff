/** Where the cursor of a chart stands, and where a key takes it. */

const PAGE = 10;

/**
 * Return the place that a key asks for; nothing for a key that moves no cursor.
 *
 * @param at where it stands; nothing where it is not in the chart, from where it starts at the newest.
 * @param length how many places there are.
 */
export function moved(key: string, at: number | null, length: number): number | null {
  const last = length - 1;
  if (last < 0) return null;
  const from = at ?? last + (key === "ArrowLeft" || key === "PageUp" ? 1 : 0);
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: from - 1,
    ArrowRight: from + 1,
    PageUp: from - PAGE,
    PageDown: from + PAGE,
    Home: 0,
    End: last,
  };
  const to = steps[key];
  return to === undefined ? null : Math.min(Math.max(to, 0), last);
}

/** The place of the newest value of any line, which is what a legend says without a cursor. */
export function newest(columns: readonly (readonly (number | null)[])[]): number | null {
  const places = columns.map((values) => values.findLastIndex((value) => value !== null));
  const found = Math.max(-1, ...places);
  return found < 0 ? null : found;
}
