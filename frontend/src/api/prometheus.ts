/** PromQL, asked in the words of Prometheus' own API. */

import { get, Problem } from "./client";

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Unix seconds and the value as text, as Prometheus sends them. */
  readonly values: readonly (readonly [number, string])[];
}

interface Answer<Data> {
  readonly data: Data;
}

export interface RangeQuestion {
  readonly query: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly stepS: number;
}

const PREFIX = "prometheus/api/v1/";

export async function queryRange(asked: RangeQuestion, signal?: AbortSignal): Promise<readonly Series[]> {
  const { query, sinceMs, untilMs, stepS } = asked;
  const parameters = { query, start: sinceMs / 1000, end: untilMs / 1000, step: stepS };
  const { data } = await get<Answer<{ result: readonly Series[] }>>(
    `${PREFIX}query_range`,
    parameters,
    signal,
  );
  return data.result;
}

export async function metricNames(signal?: AbortSignal): Promise<readonly string[]> {
  const { data } = await get<Answer<readonly string[]>>(`${PREFIX}label/__name__/values`, {}, signal);
  return data;
}

/** Return the place in an expression that an error names, such as `1:5: parse error: …`. */
export function placeOf(error: Error): number | null {
  const found = error instanceof Problem ? /(\d+):(\d+): /.exec(error.message) : null;
  return found ? Number(found[2]) - 1 : null;
}

/** Write a series as PromQL writes it. */
export function seriesName(metric: Readonly<Record<string, string>>): string {
  const { __name__: name = "", ...labels } = metric;
  const inside = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return inside.length ? `${name}{${inside.join(", ")}}` : name || "{}";
}

/** Put series side by side on the steps of a range; a step without a sample is a gap. */
export function aligned(
  series: readonly Series[],
  { sinceMs, untilMs, stepS }: Omit<RangeQuestion, "query">,
): { times: number[]; columns: (number | null)[][] } {
  const startS = sinceMs / 1000;
  const steps = Math.floor((untilMs - sinceMs) / 1000 / stepS) + 1;
  const times = Array.from({ length: steps }, (_, at) => startS + at * stepS);
  const columns = series.map(({ values }) => {
    const column = new Array<number | null>(steps).fill(null);
    for (const [atS, text] of values) {
      const value = Number(text);
      if (Number.isFinite(value)) column[Math.round((atS - startS) / stepS)] = value;
    }
    return column;
  });
  return { times, columns };
}
