import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { applyTo } from "./apply";

const ALERT = { fingerprint: "a", rule: "HighCpu", group: "system", state: "firing" };
const EVENT = { at: "2026-03-02T09:14:07Z", previous: null, alert: ALERT };

function watching(
  client: QueryClient,
  queryKey: unknown[],
  data: unknown,
  refetchInterval: number | false = 30_000,
) {
  const asked = vi.fn(() => Promise.resolve(data));
  const observer = new QueryObserver(client, {
    queryKey,
    queryFn: asked,
    initialData: data,
    refetchInterval,
  });
  observer.subscribe(() => undefined);
  asked.mockClear();
  return asked;
}

let client: QueryClient;

beforeEach(() => {
  vi.useFakeTimers();
  client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
});
afterEach(() => {
  client.clear();
  vi.useRealTimers();
});

describe("an alert that begins to fire", () => {
  it("is in the list at once, before anything is asked", () => {
    const asked = watching(client, ["alerts", {}], { alerts: [], total: 0 });
    applyTo(client).heard("alerts", EVENT);
    expect(client.getQueryData(["alerts", {}])).toEqual({ alerts: [ALERT], total: 1 });
    expect(asked).not.toHaveBeenCalled();
  });

  it("is asked about soon, and once for many", async () => {
    const asked = watching(client, ["alerts", {}], { alerts: [], total: 0 });
    const { heard } = applyTo(client);
    for (let times = 0; times < 20; times += 1) heard("alerts", EVENT);
    await vi.advanceTimersByTimeAsync(1900);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("never has the lists asked more often than the server allows", async () => {
    const asked = watching(client, ["alerts", {}], { alerts: [], total: 0 });
    const { heard } = applyTo(client);
    for (let seconds = 0; seconds < 60; seconds += 1) {
      heard("alerts", EVENT);
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(asked.mock.calls.length).toBeLessThanOrEqual(10);
  });
});

describe("a stream that opens", () => {
  it("has what changed before it asked for once", async () => {
    const asked = watching(client, ["dashboard", {}], {});
    applyTo(client).opened();
    expect(asked).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toHaveBeenCalledTimes(1);
  });
});

describe("new samples", () => {
  it("ask for figures anew, and for nothing else", async () => {
    const figures = watching(client, ["endpoints", {}], {});
    const alerts = watching(client, ["alerts", {}], { alerts: [], total: 0 });
    applyTo(client).heard("metrics", {});
    await vi.advanceTimersByTimeAsync(400);
    expect(figures).toHaveBeenCalledTimes(1);
    expect(alerts).not.toHaveBeenCalled();
  });

  it("leave a time that is over as it is", async () => {
    const figures = watching(client, ["endpoints", {}], {}, false);
    applyTo(client).heard("metrics", {});
    await vi.advanceTimersByTimeAsync(400);
    expect(figures).not.toHaveBeenCalled();
  });
});

describe("what was missed", () => {
  it("has everything asked anew", async () => {
    const trends = watching(client, ["trends", {}], {});
    applyTo(client).missed();
    await vi.advanceTimersByTimeAsync(1);
    expect(trends).toHaveBeenCalledTimes(1);
  });
});
