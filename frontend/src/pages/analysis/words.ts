/** How series, times and lengths are called on these pages. */

import { datedText } from "../../format/moment";
import { durationText } from "../../time/range";

export type Labels = Readonly<Record<string, string>>;

/** What is watched without being asked for, in words. */
const WATCHED: Readonly<Record<string, string>> = {
  "http.request_rate": "Requests a second",
  "http.error_ratio": "Share of errors",
  "http.p95": "Latency, p95",
  "db.query_rate": "Queries a second",
  "db.p95": "Query time, p95",
  "db.connections": "Database connections",
  "process.cpu": "CPU of the process",
  "process.memory": "Memory of the process",
  "process.threads": "Threads",
  "process.open_files": "Open files",
  "runtime.loop_lag": "Event loop, late by",
  "system.cpu": "CPU",
  "system.memory": "Memory",
  "system.disk_used": "Disk used",
};
const METHOD = "http_request_method";
const ROUTE = "http_route";
const UNTOLD = new Set(["__name__", "job", "instance", METHOD, ROUTE]);

export function metricText(metric: string): string {
  return WATCHED[metric] ?? metric;
}

/** Return what tells a series from the others of its metric; empty where there is no other. */
export function labelsText(labels: Labels): string {
  const endpoint = [labels[METHOD], labels[ROUTE]].filter(Boolean).join(" ");
  const others = Object.entries(labels)
    .filter(([name, value]) => value && !UNTOLD.has(name) && !name.startsWith("otel_scope_"))
    .map(([, value]) => value);
  return [endpoint, ...others].filter(Boolean).join(", ");
}

export function seriesText(metric: string, labels: Labels): string {
  const told = labelsText(labels);
  return told ? `${metricText(metric)} of ${told}` : metricText(metric);
}

/** Tell whether two sets of labels are those of one series, whatever its metric is called. */
export function isSameSeries(one: Labels, other: Labels): boolean {
  const said = (labels: Labels) =>
    JSON.stringify(
      Object.entries(labels)
        .filter(([name, value]) => name !== "__name__" && value !== "")
        .sort(([first], [second]) => (first < second ? -1 : 1)),
    );
  return said(one) === said(other);
}

export function momentText(at: number | string): string {
  return datedText(typeof at === "string" ? Date.parse(at) : at);
}

/** Write the length of a window, such as `6h`. */
export function windowText(seconds: number): string {
  return durationText(seconds * 1000);
}

/** Begin a sentence as sentences begin. */
export function asSentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
