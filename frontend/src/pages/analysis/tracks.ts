/** One series of an expression over a span, however many the expression yields. */

import { useQuery, type UseQueryResult } from "@tanstack/react-query";

import { aligned, queryRange, type Series } from "../../api/prometheus";
import { filtered } from "../../api/promql";
import { type Span, stepSeconds } from "../../time/range";
import { isSameSeries, type Labels } from "./words";

const POINTS = 300;
const FRESH_MS = 60_000;

export interface Track {
  /** Unix seconds, rising. */
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
}

/** Ask for all series of an expression, laid on the steps of a span. */
export async function askColumns(
  query: string,
  span: Span,
  signal?: AbortSignal,
): Promise<{ series: readonly Series[]; times: number[]; columns: (number | null)[][] }> {
  const stepS = stepSeconds(span, POINTS);
  const series = await queryRange({ query, ...span, stepS }, signal);
  return { series, ...aligned(series, { ...span, stepS }) };
}

/** Return the series with some labels, which may lie earlier by a shift than the times that it is given; empty for none. */
export async function trackOf(
  query: string,
  labels: Labels,
  span: Span,
  { shiftMs = 0, signal }: { shiftMs?: number; signal?: AbortSignal } = {},
): Promise<Track> {
  const earlier = { sinceMs: span.sinceMs - shiftMs, untilMs: span.untilMs - shiftMs };
  // Labels that an expression makes itself are those of no series that it selects: then all of them are asked for.
  for (const asked of new Set([filtered(query, matchersText(labels)), query])) {
    const { series, times, columns } = await askColumns(asked, earlier, signal);
    const values = columns[series.findIndex(({ metric }) => isSameSeries(metric, labels))];
    if (values) return { times: times.map((time) => time + shiftMs / 1000), values };
  }
  return { times: [], values: [] };
}

/** Write labels as they stand between braces. */
export function matchersText(labels: Labels): string {
  return Object.entries(labels)
    .filter(([name]) => name !== "__name__")
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(",");
}

export function useAskedColumns(
  query: string,
  span: Span,
  isWanted = true,
): UseQueryResult<Awaited<ReturnType<typeof askColumns>>> {
  return useQuery({
    queryKey: ["columns", query, span],
    queryFn: ({ signal }) => askColumns(query, span, signal),
    staleTime: FRESH_MS,
    placeholderData: () => undefined,
    enabled: isWanted,
  });
}
