import { afterEach, describe, expect, it, vi } from "vitest";

import { address, get, noteOutcomes, type Outcome, Problem, Unreachable } from "./client";

function answering(body: string, init: ResponseInit): void {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, init)));
}

afterEach(() => vi.unstubAllGlobals());

describe("an address", () => {
  it("is below the page's own prefix and leaves out what is not asked", () => {
    expect(address("endpoints", { since: "6h", method: undefined, limit: 20 })).toBe(
      "./endpoints?since=6h&limit=20",
    );
  });
});

describe("a question", () => {
  it("gets the answer", async () => {
    answering('{"status":"healthy"}', { status: 200 });
    expect(await get("health", {})).toEqual({ status: "healthy" });
  });

  it("that is refused says why", async () => {
    answering('{"title":"Unprocessable Content","detail":"query.since is \'x\'"}', { status: 422 });
    await expect(get("endpoints", {})).rejects.toEqual(
      new Problem(422, "Unprocessable Content", "query.since is 'x'"),
    );
  });

  it("that Prometheus' API refuses says why as well", async () => {
    answering('{"status":"error","errorType":"bad_data","error":"1:3: parse error"}', { status: 400 });
    await expect(get("prometheus/api/v1/query", {})).rejects.toMatchObject({ message: "1:3: parse error" });
  });

  it("about health is answered by what is unhealthy as well", async () => {
    answering('{"status":"unhealthy"}', { status: 503, headers: { "content-type": "application/json" } });
    expect(await get("health", {})).toEqual({ status: "unhealthy" });
  });

  it("survives a proxy that answers with a page", async () => {
    answering("<html>", { status: 413, statusText: "Content Too Large" });
    await expect(get("endpoints", {})).rejects.toMatchObject({ status: 413, message: "Content Too Large" });
  });

  it("without an answer is told apart from a refusal", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
    await expect(get("endpoints", {})).rejects.toBeInstanceOf(Unreachable);
  });
});

describe("what becomes of requests", () => {
  function outcomes(): Outcome[] {
    const noted: Outcome[] = [];
    noteOutcomes((outcome) => noted.push(outcome));
    return noted;
  }

  it("is that the server was heard, also where it refuses", async () => {
    const noted = outcomes();
    answering("{}", { status: 422 });
    await expect(get("endpoints", {})).rejects.toBeInstanceOf(Problem);
    expect(noted).toEqual(["heard"]);
  });

  it("is that it does not know who asks", async () => {
    const noted = outcomes();
    answering("{}", { status: 401 });
    await expect(get("endpoints", {})).rejects.toBeInstanceOf(Problem);
    expect(noted).toEqual(["stranger"]);
  });

  it("is silence, also where a proxy speaks for the server", async () => {
    const noted = outcomes();
    answering("<h1>Bad Gateway</h1>", { status: 502, headers: { "Content-Type": "text/html" } });
    await expect(get("endpoints", {})).rejects.toBeInstanceOf(Unreachable);
    expect(noted).toEqual(["silence"]);
  });
});
