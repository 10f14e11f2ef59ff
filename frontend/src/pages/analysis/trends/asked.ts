/** Questions about trends: over the time of the address, and over shorter ones within it. */

import type { UseQueryOptions } from "@tanstack/react-query";

import { get } from "../../../api/client";
import { lengthOf } from "../../../time/before";
import { durationText, parseDuration, type Range } from "../../../time/range";
import type { Trends } from "../answers";
import { FRESH_MS, repeated } from "../asking";

const WITHIN = ["1h", "6h", "1d", "7d"] as const;

/** Return the usual windows that are shorter than a range, and the range itself as the last. */
export function windowsOf(range: Range): readonly string[] {
  const lengthMs = lengthOf(range);
  return [...WITHIN.filter((one) => (parseDuration(one) ?? 0) < lengthMs), durationText(lengthMs)];
}

interface Wanted {
  readonly range: Range;
  readonly windows: readonly string[];
  /** How many series are looked at. */
  readonly limit: number;
}

/** A question about a metric or PromQL, for `useQuery`. */
export function trendsOf(query: string, { range, windows, limit }: Wanted): UseQueryOptions<Trends> {
  const until = range.kind === "fixed" ? { until: new Date(range.untilMs).toISOString() } : {};
  const parameters = { query, limit: String(limit), points: "true", ...until };
  const path = repeated("trends/asked", "window", windows, parameters);
  return {
    queryKey: [path],
    queryFn: ({ signal }) => get<Trends>(path, {}, signal),
    staleTime: FRESH_MS,
    refetchOnWindowFocus: false,
    placeholderData: () => undefined,
  };
}
