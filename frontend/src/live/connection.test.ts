import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { connection, note, stranger } from "./connection";

/** A server that lives or not, as `fetch` sees it. */
function server(isAlive: () => boolean): void {
  vi.stubGlobal("fetch", () =>
    isAlive() ? Promise.resolve(new Response("{}")) : Promise.reject(new TypeError("refused")),
  );
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  note("heard");
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the server", () => {
  it("is not lost by one question without an answer", async () => {
    server(() => true);
    note("silence");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(connection.get().isLost).toBe(false);
  });

  it("is lost once it does not live, since when it was heard of last, and found again", async () => {
    let isAlive = false;
    server(() => isAlive);
    vi.setSystemTime(1_005_000);
    note("silence");
    await vi.advanceTimersByTimeAsync(5000);
    expect(connection.get()).toEqual({ isLost: true, heardMs: 1_000_000 });
    isAlive = true;
    await vi.advanceTimersByTimeAsync(2000);
    expect(connection.get().isLost).toBe(false);
  });

  it("that asks who this is has been heard", () => {
    note("stranger");
    expect(stranger.get()).toBe(true);
    expect(connection.get().isLost).toBe(false);
  });
});
