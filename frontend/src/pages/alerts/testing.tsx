/** What tests of components stand on: a client, and an API that answers by path. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";

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
