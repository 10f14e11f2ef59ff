/** Series of an expression over the time of the address, filtered and compared as the address says. */

import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";

import { aligned, queryRange, type Series, seriesName } from "../api/prometheus";
import { filtered } from "../api/promql";
import { withBefore } from "../charts/before";
import type { Line } from "../charts/types";
import { lengthOf } from "../time/before";
import { onEveryStep, onSteps, type Range, rangeText, type Span, spanOf, stepSeconds } from "../time/range";
import { useMatchers } from "./filters";
import { usePace } from "./pace";
import { useComparison, usePeriod } from "./period";

export interface Found {
  readonly series: readonly Series[];
  /** Those of the period before; nothing where nobody compares. */
  readonly before: readonly Series[] | undefined;
  readonly span: Span;
  readonly stepS: number;
  /** How far the two periods are apart. */
  readonly lengthMs: number;
}

interface Options {
  /** How many points a line has at most. */
  readonly points?: number;
  readonly refreshMs?: number;
  /** Whether the filters of the address hold; they do unless it says `false`. */
  readonly isFiltered?: boolean;
  /** Whether the period before is asked as well; as the address says where left out. */
  readonly compare?: boolean;
  /** Whether the step that is under way is asked as well, as sums over steps need it; not where left out. */
  readonly isToNow?: boolean;
}

const POINTS = 240;
const REFRESH_MS = 15_000;

export function useSeries(query: string, options: Options = {}): UseQueryResult<Found> {
  const { points = POINTS, refreshMs = REFRESH_MS, isFiltered = true, isToNow = false } = options;
  const { range } = usePeriod();
  const wanted = useComparison();
  const compare = options.compare ?? wanted;
  const matchers = useMatchers();
  const known = isFiltered ? matchers : "";
  const refetchInterval = usePace("series", range.kind === "moving" ? refreshMs : false);
  return useQuery({
    queryKey: ["series", query, known, rangeText(range), compare, points, isToNow],
    queryFn: ({ signal }) => ask(filtered(query, known ?? ""), { range, compare, points, isToNow, signal }),
    enabled: query !== "" && known !== undefined,
    refetchInterval,
  });
}

interface Wanted {
  readonly range: Range;
  readonly compare: boolean;
  readonly points: number;
  readonly isToNow: boolean;
  readonly signal: AbortSignal;
}

async function ask(query: string, wanted: Wanted): Promise<Found> {
  const { range, compare, points, isToNow, signal } = wanted;
  const span = spanOf(range, Date.now());
  const stepS = stepSeconds(span, points);
  const lengthMs = Math.ceil(lengthOf(range) / stepS / 1000) * stepS * 1000;
  const within = isToNow ? onEveryStep(span, stepS) : onSteps(span, stepS);
  const earlier = { sinceMs: within.sinceMs - lengthMs, untilMs: within.untilMs - lengthMs };
  const [series, before] = await Promise.all([
    queryRange({ query, ...within, stepS }, signal),
    compare ? queryRange({ query, ...earlier, stepS }, signal) : undefined,
  ]);
  return { series, before, span, stepS, lengthMs };
}

export interface Chart {
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly span: Span;
}

/**
 * Lay what was found out as a chart takes it, with the period before as quiet lines.
 *
 * @param nameOf how a line is called; as PromQL writes its series where left out.
 */
export function chartOf(found: Found, nameOf = named, most = Infinity): Chart {
  const { span, stepS, lengthMs } = found;
  const within = onSteps(span, stepS);
  const now = linesOf(found.series.slice(0, most), { ...within, stepS }, nameOf);
  const earlier = { sinceMs: within.sinceMs - lengthMs, untilMs: within.untilMs - lengthMs, stepS };
  const before = found.before && linesOf(found.before, earlier, nameOf);
  return { times: now.times, lines: withBefore(now, before, lengthMs), span };
}

export function useChart(found: Found | undefined, nameOf = named, most = Infinity): Chart | undefined {
  return useMemo(() => found && chartOf(found, nameOf, most), [found, nameOf, most]);
}

function named({ metric }: Series): string {
  return seriesName(metric);
}

function linesOf(
  series: readonly Series[],
  steps: Span & { readonly stepS: number },
  nameOf: (one: Series) => string,
): { times: number[]; lines: Line[] } {
  const { times, columns } = aligned(series, steps);
  const lines = series.map((one, at) => ({ name: nameOf(one), values: columns[at] ?? [] }));
  return { times, lines };
}
