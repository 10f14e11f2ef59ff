import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Feed } from "./feed";

class FakeEventSource extends EventTarget {
  static readonly CLOSED = 2;
  static made: FakeEventSource[] = [];
  readyState = 0;
  constructor(readonly url: string) {
    super();
    FakeEventSource.made.push(this);
  }
  close(): void {
    this.readyState = FakeEventSource.CLOSED;
  }
}

function newest(): FakeEventSource {
  const found = FakeEventSource.made.at(-1);
  if (found === undefined) throw new Error("no stream was opened");
  return found;
}

function listener() {
  return { heard: vi.fn(), missed: vi.fn(), became: vi.fn() };
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeEventSource.made = [];
  vi.stubGlobal("EventSource", FakeEventSource);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the stream", () => {
  it("tells what it hears, by its topic", () => {
    const told = listener();
    new Feed(told).open();
    newest().dispatchEvent(new Event("open"));
    newest().dispatchEvent(new MessageEvent("alerts", { data: '{"previous":null}' }));
    expect(told.heard).toHaveBeenCalledWith("alerts", { previous: null });
    expect(told.became.mock.calls).toEqual([["opening"], ["open"]]);
  });

  it("says that something was missed where the server says so", () => {
    const told = listener();
    new Feed(told).open();
    newest().dispatchEvent(new MessageEvent("reset", { data: "{}" }));
    expect(told.missed).toHaveBeenCalledTimes(1);
  });

  it("leaves it to the browser to come back where the connection broke", () => {
    const told = listener();
    new Feed(told).open();
    newest().dispatchEvent(new Event("open"));
    newest().dispatchEvent(new Event("error"));
    vi.advanceTimersByTime(100_000);
    expect(FakeEventSource.made).toHaveLength(1);
    newest().dispatchEvent(new Event("open"));
    expect(told.missed).not.toHaveBeenCalled();
  });

  it("comes back by itself where the server refused, and has then missed something", () => {
    const told = listener();
    new Feed(told).open();
    newest().dispatchEvent(new Event("open"));
    newest().close();
    newest().dispatchEvent(new Event("error"));
    vi.advanceTimersByTime(3000);
    expect(FakeEventSource.made).toHaveLength(2);
    newest().dispatchEvent(new Event("open"));
    expect(told.missed).toHaveBeenCalledTimes(1);
  });

  it("comes back later each time it is refused, and not at all once it is closed", () => {
    const feed = new Feed(listener());
    feed.open();
    for (const waitMs of [3000, 6000, 12_000]) {
      newest().close();
      newest().dispatchEvent(new Event("error"));
      const before = FakeEventSource.made.length;
      vi.advanceTimersByTime(waitMs - 1);
      expect(FakeEventSource.made).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(FakeEventSource.made).toHaveLength(before + 1);
    }
    newest().close();
    newest().dispatchEvent(new Event("error"));
    feed.close();
    const before = FakeEventSource.made.length;
    vi.advanceTimersByTime(100_000);
    expect(FakeEventSource.made).toHaveLength(before);
  });
});
