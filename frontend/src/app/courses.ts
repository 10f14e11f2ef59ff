/** How many things went, from one question for all of them: what the lines in a table are drawn from. */

import { useMemo } from "react";

import { aligned, type Series } from "../api/prometheus";
import type { Values } from "../charts/Sparkline";
import { onSteps } from "../time/range";
import { type Found, useSeries } from "./series";

const POINTS = 40;
const REFRESH_MS = 30_000;

/**
 * Return the values of a series by its key; nothing as long as they are not known.
 *
 * @param keyOf how a series is found again; the same function each time.
 */
export function useCourses(
  query: string,
  keyOf: (metric: Series["metric"]) => string,
  { isFiltered = true }: { isFiltered?: boolean } = {},
): (key: string) => Values | undefined {
  const options = { points: POINTS, refreshMs: REFRESH_MS, compare: false, isFiltered };
  const { data } = useSeries(query, options);
  const known = useMemo(() => coursesOf(data, keyOf), [data, keyOf]);
  return (key) => known.get(key);
}

export function coursesOf(
  found: Found | undefined,
  keyOf: (metric: Series["metric"]) => string,
): ReadonlyMap<string, Values> {
  if (found === undefined) return new Map();
  const { columns } = aligned(found.series, { ...onSteps(found.span, found.stepS), stepS: found.stepS });
  return new Map(found.series.map(({ metric }, at) => [keyOf(metric), columns[at] ?? []]));
}
