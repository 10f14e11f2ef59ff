/** How long requests took, bucket by bucket and step by step, from the buckets of a histogram. */

import { aligned, type RangeQuestion, type Series } from "../../api/prometheus";
import { quantity } from "../../format/quantity";

export interface Heat {
  /** Where each step ends, Unix seconds. */
  readonly times: readonly number[];
  /** The upper limits of the buckets in seconds, rising; the last may be infinite. */
  readonly bounds: readonly number[];
  /** The lower limit of the first bucket. */
  readonly lowest: number;
  /** Requests of each bucket in each step. */
  readonly counts: readonly (readonly number[])[];
  /** The most in one bucket and step. */
  readonly most: number;
  readonly total: number;
}

/** Below this a step had no request of that bucket: what `increase` estimates is seldom a whole number. */
const LEAST = 0.05;

/** Lay out what `sum by (le) (increase(…_bucket[step]))` answers; buckets that stay empty at either end are left out. */
export function heatOf(series: readonly Series[], asked: Omit<RangeQuestion, "query">): Heat {
  const rising = [...series].sort((one, other) => boundOf(one) - boundOf(other));
  const { times, columns } = aligned(rising, asked);
  const bounds = rising.map(boundOf);
  const counts = columns.map((column, at) => own(column, columns[at - 1]));
  const [first, last] = filled(counts);
  const shown = counts.slice(first, last + 1);
  const all = shown.flat();
  return {
    times,
    bounds: bounds.slice(first, last + 1),
    lowest: bounds[first - 1] ?? 0,
    counts: shown,
    most: all.reduce((most, count) => Math.max(most, count), 0),
    total: all.reduce((sum, count) => sum + count, 0),
  };
}

function boundOf({ metric }: Series): number {
  return metric.le === "+Inf" ? Infinity : Number(metric.le);
}

/** What a bucket has more than the one below it, as the buckets of Prometheus hold all that is smaller too. */
function own(column: readonly (number | null)[], below: readonly (number | null)[] | undefined): number[] {
  return column.map((count, at) => {
    const more = (count ?? 0) - (below?.[at] ?? 0);
    return more > LEAST ? more : 0;
  });
}

function filled(counts: readonly (readonly number[])[]): [number, number] {
  const has = counts.map((row) => row.some((count) => count > 0));
  return [has.indexOf(true), has.lastIndexOf(true)];
}

/** Write the limits of a bucket. */
export function bucketText(heat: Heat, at: number): string {
  const low = at === 0 ? heat.lowest : (heat.bounds[at - 1] ?? 0);
  const high = heat.bounds[at] ?? Infinity;
  if (high === Infinity) return `over ${quantity(low, "s")}`;
  return low === 0 ? `up to ${quantity(high, "s")}` : `${quantity(low, "s")} to ${quantity(high, "s")}`;
}

/** How strongly a count is shown, 0 to 1, by its logarithm: few slow requests are what one looks for. */
export function strength(count: number, most: number): number {
  if (count <= 0 || most <= 0) return 0;
  return 0.18 + 0.82 * (Math.log1p(count) / Math.log1p(most));
}

export interface BucketShare {
  readonly text: string;
  readonly count: number;
  readonly share: number;
}

/** Return each bucket with its share of all requests, the slowest first. */
export function sharesOf(heat: Heat): readonly BucketShare[] {
  const rows = heat.counts.map((row, at) => {
    const count = row.reduce((sum, one) => sum + one, 0);
    return { text: bucketText(heat, at), count, share: heat.total > 0 ? count / heat.total : 0 };
  });
  return rows.reverse();
}

/** Say in a sentence what the map shows. */
export function heatText(heat: Heat): string {
  const rows = sharesOf(heat);
  const slowest = rows[0];
  const usual = [...rows].sort((one, other) => other.count - one.count)[0];
  if (slowest === undefined || usual === undefined) return "No requests were measured.";
  const most = `${quantity(usual.share, "1")} of the requests took ${usual.text}`;
  if (slowest === usual) return `${most}.`;
  return `${most}; the slowest took ${slowest.text} (${quantity(slowest.share, "1")}).`;
}
