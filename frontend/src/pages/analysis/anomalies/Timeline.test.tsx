import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Anomaly } from "../answers";
import { Timeline } from "./Timeline";

const HOUR_MS = 3_600_000;
const SPAN = { sinceMs: 0, untilMs: 10 * HOUR_MS };

const ANOMALY: Anomaly = {
  metric: "http.p95",
  labels: { http_request_method: "GET", http_route: "/pay" },
  unit: "s",
  promql: "x",
  since: new Date(5 * HOUR_MS).toISOString(),
  until: new Date(6 * HOUR_MS).toISOString(),
  peakAt: new Date(5.5 * HOUR_MS).toISOString(),
  value: 2,
  expectedLow: 0.1,
  expectedHigh: 0.2,
  score: 0.9,
  rarityHours: 100,
  reason: "spike",
  text: "It jumped.",
  moved: [],
};

const EPISODE = {
  rule: "SlowPayments",
  fingerprint: "f",
  startedAt: new Date(5 * HOUR_MS).toISOString(),
  endedAt: null,
};

function answer(url: string): unknown {
  return url.includes("alerts/history") ? { episodes: [EPISODE] } : { releases: [], regressions: [] };
}

beforeEach(() => {
  vi.stubGlobal("fetch", (url: string) => Promise.resolve(new Response(JSON.stringify(answer(url)))));
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show(anomalies: readonly Anomaly[]) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Timeline anomalies={anomalies} total={anomalies.length} span={SPAN} />
    </QueryClientProvider>,
  );
}

it("leads from a mark to its anomaly, and tells how strange it is in a word", () => {
  show([ANOMALY]);

  const mark = screen.getByRole("link", { name: /^strong: Latency, p95 of GET \/pay/ });

  expect(mark.getAttribute("href")).toContain(`#/analysis/anomalies/${5 * HOUR_MS}/http.p95`);
  expect(mark.style.left).toBe("50%");
});

it("shows what fired by then", async () => {
  show([ANOMALY]);

  expect(await screen.findByRole("img", { name: /^SlowPayments fired at/ })).toBeDefined();
});

it("says how many series are left out", () => {
  const many = Array.from({ length: 42 }, (_, at) => ({ ...ANOMALY, labels: { n: String(at) } }));

  show(many);

  expect(screen.getByText("2 further series stood out less.")).toBeDefined();
});
