import { QueryClient } from "@tanstack/react-query";
import { afterEach, describe, expect, it, vi } from "vitest";

import { askFirst } from "./ahead";

/** What the navigation, the title and the filters ask. */
const AROUND = ["./alerts", "./instances?limit=200"];

afterEach(() => vi.unstubAllGlobals());

function asked(hash: string): { client: QueryClient; fetched: ReturnType<typeof vi.fn> } {
  const fetched = vi.fn(() => Promise.resolve(new Response('{"at":"now"}')));
  vi.stubGlobal("fetch", fetched);
  const client = new QueryClient();
  askFirst(client, hash);
  return { client, fetched };
}

function urls(fetched: ReturnType<typeof vi.fn>): readonly unknown[] {
  return fetched.mock.calls.map(([url]: unknown[]) => url);
}

describe("what the first page asks", () => {
  it("is asked for the overview, by the name that the page looks for", async () => {
    const { client, fetched } = asked("#/?range=3h");
    expect(urls(fetched)).toEqual(["./dashboard?window=3h", ...AROUND]);
    await vi.waitFor(() =>
      expect(client.getQueryData(["dashboard", { window: "3h" }])).toEqual({ at: "now" }),
    );
  });

  it("is about an hour where the address says nothing", () => {
    expect(urls(asked("").fetched)).toEqual(["./dashboard?window=1h", ...AROUND]);
  });

  it("is left to the other pages themselves, but for what stands around them", () => {
    expect(urls(asked("#/analysis").fetched)).toEqual(AROUND);
  });
});
