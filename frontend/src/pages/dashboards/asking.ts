/** What the queries of a panel find: over the time of the address, or at its end. */

import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useCallback } from "react";

import { type Newest, queryAt } from "../../api/lookups";
import { queryRange } from "../../api/prometheus";
import { filtered } from "../../api/promql";
import { useMatchers } from "../../app/filters";
import { usePace } from "../../app/pace";
import { useComparison, usePeriod } from "../../app/period";
import { lengthOf } from "../../time/before";
import { onSteps, type Range, rangeText, type Span, spanOf, stepSeconds } from "../../time/range";
import { compared, type Found, type Laid, laidOut, type Names, type Steps } from "./laying";
import { useNames } from "./processes";
import type { Asked, Panel } from "./types";
import { filledIn } from "./variables";

const POINTS = 240;
const REFRESH_MS = 15_000;

export interface Chart extends Laid {
  readonly span: Span;
}

export interface Row extends Newest {
  /** Which query of the panel it answers. */
  readonly query: string;
}

interface Options {
  readonly isInSight: boolean;
}

/** Ask what a panel shows over time. */
export function useChartOf(panel: Panel, { isInSight }: Options): UseQueryResult<Chart> {
  const asked = useAsked(panel);
  const compares = useComparison() && panel.kind === "line";
  const names = useNames();
  const select = useCallback((found: Answer) => chartOf(found, panel, names), [panel, names]);
  return useQuery({
    queryKey: ["panel", panel.kind, panel.queries, compares, ...asked.key],
    queryFn: ({ signal }) => ask(panel, { ...asked, compares, signal }),
    select,
    enabled: isInSight && asked.isReady && panel.kind !== "table",
    refetchInterval: asked.refreshMs,
    structuralSharing: false, // comparing thousands of points takes longer than drawing them
  });
}

/** Ask what a panel shows at the end of the time. */
export function useRowsOf(panel: Panel, { isInSight }: Options): UseQueryResult<readonly Row[]> {
  const asked = useAsked(panel);
  const names = useNames();
  const select = useCallback(
    (rows: readonly Row[]) => rows.map((row) => ({ ...row, metric: names(row.metric) })),
    [names],
  );
  return useQuery({
    select,
    queryKey: ["panel rows", panel.queries, ...asked.key],
    queryFn: ({ signal }) => askRows(panel.queries, { ...asked, signal }),
    enabled: isInSight && asked.isReady && panel.kind === "table",
    refetchInterval: asked.refreshMs,
  });
}

interface Wanted {
  readonly range: Range;
  readonly matchers: string;
  readonly signal: AbortSignal;
}

function useAsked(panel: Panel) {
  const { range } = usePeriod();
  const matchers = useMatchers();
  const refreshMs = usePace("series", range.kind === "moving" ? REFRESH_MS : false);
  const isReady = matchers !== undefined && panel.queries.every(({ expr }) => expr.trim() !== "");
  return { range, matchers: matchers ?? "", refreshMs, isReady, key: [matchers, rangeText(range)] };
}

/** What was found in the time that is shown and, where somebody compares, in the one before. */
interface Answer {
  readonly span: Span;
  readonly steps: Steps;
  readonly now: Found;
  readonly earlier: Steps;
  readonly before: Found | undefined;
  readonly lengthMs: number;
}

async function ask(panel: Panel, wanted: Wanted & { readonly compares: boolean }): Promise<Answer> {
  const { range, compares } = wanted;
  const span = spanOf(range, Date.now());
  const stepS = stepSeconds(span, POINTS);
  const steps = { ...onSteps(span, stepS), stepS };
  const lengthMs = Math.ceil(lengthOf(range) / stepS / 1000) * stepS * 1000;
  const earlier = { sinceMs: steps.sinceMs - lengthMs, untilMs: steps.untilMs - lengthMs, stepS };
  const [now, before] = await Promise.all([
    askRange(panel, steps, wanted),
    compares ? askRange(panel, earlier, wanted) : undefined,
  ]);
  return { span, steps, now, earlier, before, lengthMs };
}

function chartOf({ span, steps, now, earlier, before, lengthMs }: Answer, panel: Panel, names: Names): Chart {
  const laid = laidOut(now, panel, steps, names);
  return { ...compared(laid, before && laidOut(before, panel, earlier, names), lengthMs), span };
}

function askRange(panel: Panel, steps: Steps, { matchers, signal }: Wanted): Promise<Found> {
  const asked = panel.queries.map(({ expr }) => {
    const query = filtered(filledIn(expr, steps, steps.stepS), matchers);
    return queryRange({ query, ...steps }, signal);
  });
  return Promise.all(asked);
}

async function askRows(
  queries: readonly Asked[],
  { range, matchers, signal }: Wanted,
): Promise<readonly Row[]> {
  const span = spanOf(range, Date.now());
  const stepS = stepSeconds(span, POINTS);
  const found = await Promise.all(
    queries.map(({ expr }) => queryAt(filtered(filledIn(expr, span, stepS), matchers), span.untilMs, signal)),
  );
  return found.flatMap((rows, at) => rows.map((row) => ({ ...row, query: queries[at]?.expr ?? "" })));
}
