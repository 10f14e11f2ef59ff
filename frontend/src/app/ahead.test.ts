import { QueryClient } from "@tanstack/react-query";
import { afterEach, describe, expect, it, vi } from "vitest";

import { askFirst } from "./ahead";

afterEach(() => vi.unstubAllGlobals());

function asked(hash: string): { client: QueryClient; fetched: ReturnType<typeof vi.fn> } {
  const fetched = vi.fn(() => Promise.resolve(new Response('{"at":"now"}')));
  vi.stubGlobal("fetch", fetched);
  const client = new QueryClient();
  askFirst(client, hash);
  return { client, fetched };
}

describe("what the first page asks", () => {
  it("is asked for the overview, by the name that the page looks for", async () => {
    const { client, fetched } = asked("#/?range=3h");
    expect(fetched.mock.calls.map(([url]: unknown[]) => url)).toEqual(["./dashboard?window=3h"]);
    await vi.waitFor(() =>
      expect(client.getQueryData(["dashboard", { window: "3h" }])).toEqual({ at: "now" }),
    );
  });

  it("is about an hour where the address says nothing", () => {
    expect(asked("").fetched.mock.calls.map(([url]: unknown[]) => url)).toEqual(["./dashboard?window=1h"]);
  });

  it("is left to the other pages themselves", () => {
    expect(asked("#/alerts").fetched).not.toHaveBeenCalled();
  });
});
