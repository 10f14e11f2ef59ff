/** What tests of components stand on: an alert, a client, and an API that answers by path. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";

import type { Alert } from "./answers";

/** An alert that fires, of which nobody took care. */
export const ALERT: Alert = {
  rule: "ShopErrors",
  group: "shop",
  state: "firing",
  labels: { alertname: "ShopErrors", severity: "critical" },
  annotations: {},
  value: 0.1481,
  unit: "1",
  threshold: "above 2%",
  expr: "errors / requests > 0.02",
  activeAt: "2026-03-02T09:00:00Z",
  firedAt: "2026-03-02T09:05:00Z",
  resolvedAt: null,
  fingerprint: "85bb05e1e7f5a9ba",
  silencedBy: [],
  inhibitedBy: null,
  acknowledgedBy: null,
};

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

type Answers = Readonly<Record<string, unknown>>;

/** Refuse with a problem, where an answer is one of these. */
export class Refusal {
  constructor(
    readonly status: number,
    readonly detail: string,
  ) {}
}

/** Answer by method and path, such as `GET session`; return the list in which calls are noted. */
export function answering(answers: Answers): readonly Call[] {
  const calls: Call[] = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit = {}) => {
    const method = init.method ?? "GET";
    const path = url.replace("./", "");
    calls.push({ method, path, body: typeof init.body === "string" ? JSON.parse(init.body) : undefined });
    return Promise.resolve(responseOf(answers[`${method} ${path.split("?")[0] ?? ""}`]));
  });
  return calls;
}

function responseOf(answer: unknown): Response {
  if (answer instanceof Refusal) {
    return new Response(JSON.stringify({ title: "Refused", detail: answer.detail }), {
      status: answer.status,
    });
  }
  return new Response(JSON.stringify(answer ?? {}), { status: 200 });
}

export function show(children: ReactNode) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(<QueryClientProvider client={client}>{children}</QueryClientProvider>);
}
