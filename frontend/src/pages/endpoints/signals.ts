/** The golden signals of requests in PromQL: how many, how many of them fail, how long they take. */

import { together } from "../../api/lines";

export const METHOD = "http_request_method";
export const ROUTE = "http_route";

const DURATION = "http_server_request_duration_seconds";
const FAILED = 'http_response_status_code=~"5.."';
const STATUS = "http_response_status_code";

/** Which requests are meant: matchers of PromQL, empty for all. */
export type Which = string;

export function whichOf({ method, route }: { method: string; route: string }): Which {
  return `${METHOD}=${JSON.stringify(method)}, ${ROUTE}=${JSON.stringify(route)}`;
}

export function perMinute(which: Which, lookback: string, by = ""): string {
  return `60 * ${rate("count", which, lookback, by)}`;
}

/** A minute's requests by the first digit of their status. */
export function byClass(which: Which, lookback: string): string {
  const classes = { "2xx": "2..", "3xx": "3..", "4xx": "4..", "5xx": "5.." };
  return together(
    Object.fromEntries(
      Object.entries(classes).map(([name, like]) => [
        name,
        `60 * ${rate("count", both(which, `${STATUS}=~"${like}"`), lookback)}`,
      ]),
    ),
  );
}

/** The share of failed requests; nothing failed where there is no series of failures. */
export function failing(which: Which, lookback: string, by = ""): string {
  const all = rate("count", which, lookback, by);
  return `(${rate("count", both(which, FAILED), lookback, by)} or 0 * ${all}) / ${all}`;
}

export function quantile(share: number, which: Which, lookback: string, by = ""): string {
  const labels = by ? `le, ${by}` : "le";
  return `histogram_quantile(${share}, ${rate("bucket", which, lookback, labels)})`;
}

export function latency(which: Which, lookback: string): string {
  return together({
    p99: quantile(0.99, which, lookback),
    p95: quantile(0.95, which, lookback),
    p50: quantile(0.5, which, lookback),
  });
}

/** How many requests each bucket of durations got in a window. */
export function heat(which: Which, window: string): string {
  return `sum by (le) (increase(${selector("bucket", which)}[${window}]))`;
}

/** The buckets themselves, whose exemplars are asked for. */
export function buckets(which: Which): string {
  return selector("bucket", which);
}

function rate(part: "count" | "bucket", which: Which, lookback: string, by = ""): string {
  return `sum${by ? ` by (${by}) ` : ""}(rate(${selector(part, which)}[${lookback}]))`;
}

function selector(part: "count" | "bucket", which: Which): string {
  return `${DURATION}_${part}${which ? `{${which}}` : ""}`;
}

function both(one: Which, other: Which): Which {
  return one ? `${one}, ${other}` : other;
}
