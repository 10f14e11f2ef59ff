/** Durations in expressions that fit the time that is shown; they are called as Grafana calls them. */

import { durationText, type Span } from "../../time/range";

/** A rate wants a few samples in its window, whatever the steps of the chart are. */
const LEAST_RATE_S = 60;

/** Return an expression with what its variables stand for. */
export function filledIn(expr: string, span: Span, stepS: number): string {
  const values: Readonly<Record<string, string>> = {
    __rate_interval: durationText(Math.max(LEAST_RATE_S, 4 * stepS) * 1000),
    __interval: durationText(stepS * 1000),
    __range: durationText(Math.max(1000, Math.round((span.untilMs - span.sinceMs) / 1000) * 1000)),
  };
  return expr.replace(/\$(?:(\w+)|\{(\w+)\})/g, (found, plain: string, braced: string) => {
    return values[plain || braced] ?? found;
  });
}
