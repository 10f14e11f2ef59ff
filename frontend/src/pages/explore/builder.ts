/** PromQL for people who do not write it: a metric, what to make of it, which of it, and by what it is told apart. */

export type Kind = "counter" | "gauge" | "histogram";

export interface Way {
  readonly id: string;
  readonly name: string;
}

export const OPERATORS = ["=", "!=", "=~", "!~"] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Condition {
  readonly label: string;
  readonly operator: Operator;
  readonly value: string;
}

export interface Wanted {
  readonly metric: string;
  readonly kind: Kind;
  /** The `id` of one of the ways of its kind. */
  readonly way: string;
  readonly where: readonly Condition[];
  readonly by: readonly string[];
  /** How far back rates look, such as `5m`. */
  readonly window: string;
}

const WAYS: Readonly<Record<Kind, readonly Way[]>> = {
  counter: [
    { id: "rate", name: "how many a second" },
    { id: "increase", name: "how many in each window" },
    { id: "value", name: "how many in all" },
  ],
  gauge: [
    { id: "avg", name: "the mean" },
    { id: "max", name: "the highest" },
    { id: "min", name: "the lowest" },
    { id: "sum", name: "the sum" },
    { id: "count", name: "how many series" },
  ],
  histogram: [
    { id: "p95", name: "what 95 of 100 stay within" },
    { id: "p50", name: "the median" },
    { id: "p99", name: "what 99 of 100 stay within" },
    { id: "mean", name: "the mean" },
    { id: "rate", name: "how many a second" },
  ],
};
const QUANTILES: Readonly<Record<string, string>> = { p50: "0.5", p95: "0.95", p99: "0.99" };

export function waysOf(kind: Kind): readonly Way[] {
  return WAYS[kind];
}

/** Return the kind of a metric by the type that its metadata say, and where these say none by its name. */
export function kindOf(metric: string, type: string | undefined): Kind {
  if (type === "histogram" || type === "counter" || type === "gauge") return type;
  if (metric.endsWith("_total") || metric.endsWith("_count") || metric.endsWith("_sum")) return "counter";
  return "gauge";
}

export function promqlOf(wanted: Wanted): string {
  switch (wanted.kind) {
    case "counter":
      return counted(wanted);
    case "gauge":
      return `${wanted.way}${grouping(wanted.by)} (${series(wanted)})`;
    case "histogram":
      return distributed(wanted);
  }
}

function counted(wanted: Wanted): string {
  const asked = series(wanted);
  const inside = wanted.way === "value" ? asked : `${wanted.way}(${asked}[${wanted.window}])`;
  return `sum${grouping(wanted.by)} (${inside})`;
}

function distributed(wanted: Wanted): string {
  const quantile = QUANTILES[wanted.way];
  if (quantile !== undefined) {
    return `histogram_quantile(${quantile}, ${rate(wanted, "_bucket", ["le", ...wanted.by])})`;
  }
  const count = rate(wanted, "_count", wanted.by);
  return wanted.way === "mean" ? `${rate(wanted, "_sum", wanted.by)} / ${count}` : count;
}

function rate(wanted: Wanted, suffix: string, by: readonly string[]): string {
  return `sum${grouping(by)} (rate(${series(wanted, suffix)}[${wanted.window}]))`;
}

function series({ metric, where }: Wanted, suffix = ""): string {
  const said = where.filter(({ label, value }) => label !== "" && value !== "");
  const matchers = said.map(({ label, operator, value }) => `${label}${operator}${JSON.stringify(value)}`);
  return `${metric}${suffix}${matchers.length ? `{${matchers.join(", ")}}` : ""}`;
}

function grouping(by: readonly string[]): string {
  return by.length ? ` by (${by.join(", ")})` : "";
}
