/** What Prometheus' API knows beside ranges: newest values, metrics and their labels, exemplars. */

import { get } from "./client";

const PREFIX = "prometheus/api/v1/";

interface Answer<Data> {
  readonly data: Data;
}

type Metric = Readonly<Record<string, string>>;
type Sample = readonly [number, string];

/** One value of an expression at one time. */
export interface Newest {
  readonly metric: Metric;
  /** As Prometheus writes it, `NaN` and `+Inf` included. */
  readonly value: string;
}

type Instant =
  | { readonly resultType: "vector"; readonly result: readonly { metric: Metric; value: Sample }[] }
  | {
      readonly resultType: "matrix";
      readonly result: readonly { metric: Metric; values: readonly Sample[] }[];
    }
  | { readonly resultType: "scalar" | "string"; readonly result: Sample };

/** Ask an expression at one time; of a range of samples the newest one is taken. */
export async function queryAt(query: string, atMs: number, signal?: AbortSignal): Promise<readonly Newest[]> {
  const { data } = await get<Answer<Instant>>(`${PREFIX}query`, { query, time: atMs / 1000 }, signal);
  switch (data.resultType) {
    case "vector":
      return data.result.map(({ metric, value }) => ({ metric, value: value[1] }));
    case "matrix":
      return data.result.map(({ metric, values }) => ({ metric, value: values.at(-1)?.[1] ?? "" }));
    default:
      return [{ metric: {}, value: data.result[1] }];
  }
}

export interface Metadata {
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}

/** Return what is known of each metric, by its name. */
export async function metadata(signal?: AbortSignal): Promise<Readonly<Record<string, Metadata>>> {
  const { data } = await get<Answer<Record<string, readonly Metadata[]>>>(`${PREFIX}metadata`, {}, signal);
  const known = Object.entries(data).flatMap(([name, [first]]) => (first ? [[name, first] as const] : []));
  return Object.fromEntries(known);
}

/** Return the labels of the series that a selector finds. */
export async function labelNames(selector: string, signal?: AbortSignal): Promise<readonly string[]> {
  const { data } = await get<Answer<readonly string[]>>(`${PREFIX}labels`, { "match[]": selector }, signal);
  return data.filter((name) => name !== "__name__" && name !== "le");
}

export async function labelValues(
  label: string,
  selector: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const path = `${PREFIX}label/${encodeURIComponent(label)}/values`;
  return (await get<Answer<readonly string[]>>(path, { "match[]": selector }, signal)).data;
}

/** One measurement that names the trace which it was made in. */
export interface Exemplar {
  readonly traceId: string;
  readonly labels: Metric;
  readonly value: number;
  readonly atMs: number;
}

interface ExemplarRow {
  readonly seriesLabels: Metric;
  readonly exemplars: readonly { labels: Metric; value: string; timestamp: number }[];
}

/** Return the exemplars of the series in an expression, the largest in front, each trace once. */
export async function exemplarsOf(
  query: string,
  { sinceMs, untilMs }: { sinceMs: number; untilMs: number },
  signal?: AbortSignal,
): Promise<readonly Exemplar[]> {
  const parameters = { query, start: sinceMs / 1000, end: untilMs / 1000 };
  const { data } = await get<Answer<readonly ExemplarRow[]>>(`${PREFIX}query_exemplars`, parameters, signal);
  return largest(data);
}

/** Put exemplars in order: the largest in front, and each trace once. */
export function largest(rows: readonly ExemplarRow[]): readonly Exemplar[] {
  const all = rows.flatMap(({ seriesLabels, exemplars }) =>
    exemplars.map(({ labels, value, timestamp }) => ({
      traceId: labels.trace_id ?? "",
      labels: { ...seriesLabels, ...labels },
      value: Number(value),
      atMs: timestamp * 1000,
    })),
  );
  const known = new Map<string, Exemplar>();
  for (const one of all.sort((first, second) => second.value - first.value)) {
    if (one.traceId !== "" && !known.has(one.traceId)) known.set(one.traceId, one);
  }
  return [...known.values()];
}
