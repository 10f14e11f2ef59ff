import { afterEach, describe, expect, it, vi } from "vitest";

import { Unreachable } from "./client";
import { signIn } from "./session";

function answering(status: number, init: ResponseInit = {}): ReturnType<typeof vi.fn> {
  const fetched = vi.fn(() => Promise.resolve(new Response("<p>", { status, ...init })));
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

afterEach(() => vi.unstubAllGlobals());

describe("whoever signs in", () => {
  it("sends the credential as the form of the page does, without following to another page", async () => {
    const fetched = answering(200);
    expect(await signIn("a b&c")).toBeNull();
    const [url, init] = fetched.mock.calls[0] as [string, RequestInit];
    expect(url).toBe("./sign-in");
    expect(String(init.body as URLSearchParams)).toBe("token=a+b%26c");
    expect(init.redirect).toBe("manual");
  });

  it("is told that it was wrong", async () => {
    answering(401);
    expect(await signIn("x")).toContain("no token or key");
  });

  it("is told how long to wait", async () => {
    answering(429, { headers: { "Retry-After": "42" } });
    expect(await signIn("x")).toContain("42 s");
  });

  it("hears that the server is gone", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("gone")));
    await expect(signIn("x")).rejects.toBeInstanceOf(Unreachable);
  });
});
