/** A dashboard to begin with: the golden signals of an HTTP service and what its process takes. */

import { newPanel } from "./choices";
import type { Draft } from "./types";

const COUNT = "http_server_request_duration_seconds_count";
const BUCKET = "http_server_request_duration_seconds_bucket";
const RATE = "$__rate_interval";

export const EXAMPLE: Draft = {
  title: "Golden signals",
  description: "How much is asked, how often it fails, how long it takes, and what that costs.",
  panels: [
    newPanel(
      { x: 0, y: 0, w: 3, h: 2 },
      {
        title: "Requests a second",
        kind: "figure",
        unit: "{request}/s",
        queries: [{ expr: `sum(rate(${COUNT}[${RATE}]))`, legend: "all" }],
      },
    ),
    newPanel(
      { x: 3, y: 0, w: 3, h: 2 },
      {
        title: "Share of errors",
        kind: "figure",
        unit: "1",
        threshold: 0.05,
        queries: [
          {
            expr: `(sum(rate(${COUNT}{http_response_status_code=~"5.."}[${RATE}])) or vector(0)) / sum(rate(${COUNT}[${RATE}]))`,
            legend: "errors",
          },
        ],
      },
    ),
    newPanel(
      { x: 6, y: 0, w: 3, h: 2 },
      {
        title: "95 of 100 within",
        kind: "figure",
        unit: "s",
        queries: [
          { expr: `histogram_quantile(0.95, sum by (le) (rate(${BUCKET}[${RATE}])))`, legend: "p95" },
        ],
      },
    ),
    newPanel(
      { x: 9, y: 0, w: 3, h: 2 },
      {
        title: "Memory",
        kind: "figure",
        unit: "By",
        queries: [{ expr: "sum(process_memory_usage_bytes)", legend: "all processes" }],
      },
    ),
    newPanel(
      { x: 0, y: 2, w: 6, h: 4 },
      {
        title: "Requests by route",
        kind: "stacked",
        unit: "{request}/s",
        queries: [{ expr: `sum by (http_route) (rate(${COUNT}[${RATE}]))`, legend: "{{http_route}}" }],
      },
    ),
    newPanel(
      { x: 6, y: 2, w: 6, h: 4 },
      {
        title: "Latency",
        unit: "s",
        queries: [0.5, 0.95, 0.99].map((quantile) => ({
          expr: `histogram_quantile(${quantile}, sum by (le) (rate(${BUCKET}[${RATE}])))`,
          legend: `p${quantile * 100}`,
        })),
      },
    ),
    newPanel(
      { x: 0, y: 6, w: 6, h: 4 },
      {
        title: "CPU of each process",
        unit: "1",
        queries: [{ expr: "sum by (instance) (process_cpu_utilization_ratio)", legend: "{{instance}}" }],
      },
    ),
    newPanel(
      { x: 6, y: 6, w: 6, h: 4 },
      {
        title: "Slowest routes now",
        kind: "table",
        unit: "s",
        queries: [
          {
            expr: `topk(10, histogram_quantile(0.95, sum by (le, http_route) (rate(${BUCKET}[${RATE}]))))`,
            legend: "",
          },
        ],
      },
    ),
  ],
};
