import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Throttle } from "./throttle";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("changes that ask for the same", () => {
  it("are one question, a little later", () => {
    const run = vi.fn();
    const throttle = new Throttle(run, 100, 1000);
    for (let times = 0; times < 50; times += 1) throttle.ask();
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(100);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("are asked about again, but not too soon", () => {
    const run = vi.fn();
    const throttle = new Throttle(run, 100, 1000);
    for (let tenths = 0; tenths < 100; tenths += 1) {
      throttle.ask();
      vi.advanceTimersByTime(100);
    }
    expect(run).toHaveBeenCalledTimes(10);
  });

  it("are forgotten at the end", () => {
    const run = vi.fn();
    const throttle = new Throttle(run, 100, 1000);
    throttle.ask();
    throttle.end();
    vi.advanceTimersByTime(1000);
    expect(run).not.toHaveBeenCalled();
  });
});
