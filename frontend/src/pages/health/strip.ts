/** How a check stood through time, as stretches of one status. */

import type { CheckResult } from "../../api/types";
import type { Span } from "../../time/range";

export interface Stretch {
  readonly status: string;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/**
 * Return the stretches of a span, from results of one check, the newest in front.
 *
 * Before the first result it is what that result came from; of a check that had no result yet nothing is known.
 */
export function stretchesOf(results: readonly CheckResult[], span: Span): readonly Stretch[] {
  const rising = [...results].reverse();
  const first = rising[0];
  if (first === undefined) return [];
  const found: Stretch[] = [];
  let [status, sinceMs] = [first.previous ?? "", span.sinceMs];
  for (const result of rising) {
    const atMs = Math.min(Math.max(Date.parse(result.at), span.sinceMs), span.untilMs);
    if (result.status === status) continue;
    if (status && atMs > sinceMs) found.push({ status, sinceMs, untilMs: atMs });
    [status, sinceMs] = [result.status, atMs];
  }
  if (span.untilMs > sinceMs) found.push({ status, sinceMs, untilMs: span.untilMs });
  return found;
}
