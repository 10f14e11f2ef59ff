/** The answers to all expressions of the page: one grid of times for all, and a mistake of one leaves the others be. */

import { useQuery, type UseQueryResult } from "@tanstack/react-query";

import { Problem } from "../../api/client";
import { type Newest, queryAt } from "../../api/lookups";
import { queryRange, type Series } from "../../api/prometheus";
import { filtered } from "../../api/promql";
import { useMatchers } from "../../app/filters";
import { usePace } from "../../app/pace";
import { useComparison, usePeriod } from "../../app/period";
import { lengthOf } from "../../time/before";
import { onSteps, type Range, rangeText, type Span, spanOf, stepSeconds } from "../../time/range";

const POINTS = 300;
/** A smaller step than asked for would be more points than one can see, and than the server gives. */
const MOST_POINTS = 5000;
const REFRESH_MS = 15_000;

/** What became of one expression. */
export type Outcome<Found> =
  { readonly query: string; readonly found: Found } | { readonly query: string; readonly error: Error };

type Steps = Span & { readonly stepS: number };

/** Answers on the same steps. */
interface OnSteps {
  readonly outcomes: readonly Outcome<readonly Series[]>[];
  readonly steps: Steps;
}

export interface Ranges extends OnSteps {
  readonly span: Span;
  /** Those of the period before; nothing where nobody compares. */
  readonly before: Before | undefined;
}

export interface Before extends OnSteps {
  /** How far the two periods are apart. */
  readonly lengthMs: number;
}

export function useRanges(queries: readonly string[], stepS: number | null): UseQueryResult<Ranges> {
  const { range } = usePeriod();
  const compare = useComparison();
  return useAll("explore ranges", queries, {
    extra: [stepS, compare],
    ask: (all, signal) => askRanges(all, { range, stepS, compare, signal }),
  });
}

interface Wanted {
  readonly range: Range;
  readonly stepS: number | null;
  readonly compare: boolean;
  readonly signal: AbortSignal;
}

async function askRanges(queries: readonly Asked[], wanted: Wanted): Promise<Ranges> {
  const { range, compare, signal } = wanted;
  const span = spanOf(range, Date.now());
  const stepS = Math.max(wanted.stepS ?? stepSeconds(span, POINTS), stepSeconds(span, MOST_POINTS));
  const steps = { ...onSteps(span, stepS), stepS };
  const [outcomes, before] = await Promise.all([
    outcomesOf(queries, steps, signal),
    compare ? askBefore(queries, { steps, lengthMs: lengthOf(range), signal }) : undefined,
  ]);
  return { outcomes, span, steps, before };
}

interface Earlier {
  readonly steps: Steps;
  readonly lengthMs: number;
  readonly signal: AbortSignal;
}

/** By whole steps earlier, so that the points of both periods lie on each other. */
async function askBefore(queries: readonly Asked[], { steps, lengthMs, signal }: Earlier): Promise<Before> {
  const stepMs = steps.stepS * 1000;
  const apartMs = Math.ceil(lengthMs / stepMs) * stepMs;
  const earlier = { ...steps, sinceMs: steps.sinceMs - apartMs, untilMs: steps.untilMs - apartMs };
  return { outcomes: await outcomesOf(queries, earlier, signal), steps: earlier, lengthMs: apartMs };
}

function outcomesOf(
  queries: readonly Asked[],
  steps: Steps,
  signal: AbortSignal,
): Promise<readonly Outcome<readonly Series[]>[]> {
  return Promise.all(
    queries.map(({ query, asked }) => outcomeOf(query, queryRange({ query: asked, ...steps }, signal))),
  );
}

export type Instants = readonly Outcome<readonly Newest[]>[];

export function useInstants(queries: readonly string[]): UseQueryResult<Instants> {
  const { range } = usePeriod();
  return useAll("explore instants", queries, {
    extra: null,
    ask: (all, signal) => {
      const { untilMs } = spanOf(range, Date.now());
      return Promise.all(all.map(({ query, asked }) => outcomeOf(query, queryAt(asked, untilMs, signal))));
    },
  });
}

interface Asked {
  readonly query: string;
  /** The same with the filters of the address. */
  readonly asked: string;
}

interface How<Answer> {
  /** What else the answer depends on. */
  readonly extra: unknown;
  readonly ask: (queries: readonly Asked[], signal: AbortSignal) => Promise<Answer>;
}

function useAll<Answer>(name: string, queries: readonly string[], how: How<Answer>): UseQueryResult<Answer> {
  const { range } = usePeriod();
  const matchers = useMatchers();
  const refetchInterval = usePace("series", range.kind === "moving" ? REFRESH_MS : false);
  return useQuery({
    queryKey: ["series", name, queries, matchers, rangeText(range), how.extra],
    queryFn: ({ signal }) =>
      how.ask(
        queries.map((query) => ({ query, asked: filtered(query, matchers ?? "") })),
        signal,
      ),
    enabled: queries.length > 0 && matchers !== undefined,
    refetchInterval,
  });
}

/** What is refused is an outcome as well; that nobody answers is not, and is tried again. */
async function outcomeOf<Found>(query: string, answer: Promise<Found>): Promise<Outcome<Found>> {
  try {
    return { query, found: await answer };
  } catch (error) {
    if (error instanceof Problem) return { query, error };
    throw error;
  }
}
