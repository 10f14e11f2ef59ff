/** How many series there are of what is to be compared: two at least are needed before anything is. */

import { useQueries } from "@tanstack/react-query";

import { usePeriod } from "../../../app/period";
import { lengthOf } from "../../../time/before";
import { durationText } from "../../../time/range";
import { trendsOf } from "../trends/asked";

const ENOUGH = 2;

export interface Counted {
  readonly metric: string;
  readonly count: number;
  /** Where there is none: names that look alike. */
  readonly near: readonly string[];
}

export interface Counting {
  readonly isAsking: boolean;
  readonly error: Error | null;
  readonly counted: readonly Counted[];
}

/** Count the series of each metric within the time of the address, as the analysis puts them together. */
export function useCounts(metrics: readonly string[]): Counting {
  const { range } = usePeriod();
  const windows = [durationText(lengthOf(range))];
  const answers = useQueries({
    queries: metrics.map((metric) => trendsOf(metric, { range, windows, limit: ENOUGH })),
  });
  return {
    isAsking: answers.some(({ isPending }) => isPending),
    error: answers.find(({ error }) => error !== null)?.error ?? null,
    counted: answers.flatMap(({ data }, at) =>
      data ? [{ metric: metrics[at] ?? "", count: data.series.length + data.leftOut, near: data.near }] : [],
    ),
  };
}

/** Say why nothing can be compared; nothing where it can. */
export function tooFew(counted: readonly Counted[]): string | null {
  const total = counted.reduce((sum, { count }) => sum + count, 0);
  if (total >= ENOUGH) return null;
  return [...counted.map(countText), "Add another metric."].join(" ");
}

function countText({ metric, count }: Counted): string {
  return count === 0
    ? `Nothing was recorded of ${metric} in this time.`
    : `${metric} is a single series in this time.`;
}
