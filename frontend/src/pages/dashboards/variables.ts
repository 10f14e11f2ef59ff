/** Durations in expressions that fit the time that is shown; they are called as Grafana calls them. */

import { durationText, type Span } from "../../time/range";

/** A rate wants a few samples in its window, whatever the steps of the chart are. */
const LEAST_RATE_S = 60;

const VARIABLE = /\$(?:(\w+)|\{(\w+)\})/g;
const NAMES = ["__rate_interval", "__interval", "__range"] as const;

type Name = (typeof NAMES)[number];

const MEANINGS: Readonly<Record<Name, string>> = {
  __rate_interval: "fits a rate at the steps of the chart",
  __interval: "one step of the chart",
  __range: "the whole time that is shown",
};

/** What an editor offers where a duration goes. */
export const OFFERED = NAMES.map((name) => ({ label: `$${name}`, detail: MEANINGS[name] }));

/** Return an expression with what its variables stand for. */
export function filledIn(expr: string, span: Span, stepS: number): string {
  const values: Readonly<Record<Name, string>> = {
    __rate_interval: durationText(Math.max(LEAST_RATE_S, 4 * stepS) * 1000),
    __interval: durationText(stepS * 1000),
    __range: durationText(Math.max(1000, Math.round((span.untilMs - span.sinceMs) / 1000) * 1000)),
  };
  return replaced(expr, (name) => values[name]);
}

/** Return an expression that is as long, with durations in place of its variables. */
export function padded(expr: string): string {
  return replaced(expr, (_, found) => "1m".padStart(found.length, "0"));
}

function replaced(expr: string, valueOf: (name: Name, found: string) => string): string {
  return expr.replace(VARIABLE, (found, plain: string | undefined, braced: string | undefined) => {
    const name = NAMES.find((one) => one === (plain ?? braced));
    return name ? valueOf(name, found) : found;
  });
}
