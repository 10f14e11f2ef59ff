import { describe, expect, it } from "vitest";

import { type Pace, paceOf, refreshOf } from "./pace";

const PACE: Pace = { path: "endpoints", refreshMs: 15_000, refresh: "live", isStreaming: false };

describe("how often a page asks again", () => {
  it("is the page's own pace where nothing tells of changes", () => {
    expect(paceOf(PACE)).toBe(15_000);
  });

  it("is seldom where the server tells of changes", () => {
    expect(paceOf({ ...PACE, isStreaming: true })).toBe(30_000);
    expect(paceOf({ ...PACE, isStreaming: true, path: "trends" })).toBe(15_000);
  });

  it("is what the reader chose, but for what asks seldom anyway", () => {
    expect(paceOf({ ...PACE, refresh: "5s" })).toBe(5000);
    expect(paceOf({ ...PACE, refresh: "1m" })).toBe(60_000);
    expect(paceOf({ ...PACE, refresh: "5s", refreshMs: 60_000 })).toBe(60_000);
  });

  it("keeps within what the server allows", () => {
    expect(paceOf({ ...PACE, path: "alerts", refreshMs: 1000 })).toBe(10_000);
    expect(paceOf({ ...PACE, path: "alerts/history", refresh: "5s" })).toBe(10_000);
  });

  it("is never while the page stands still, or where an answer does not change", () => {
    expect(paceOf({ ...PACE, refresh: "off" })).toBe(false);
    expect(paceOf({ ...PACE, refreshMs: false, refresh: "5s" })).toBe(false);
  });
});

describe("the pace in the address", () => {
  it.each([
    ["refresh=5s", "5s"],
    ["refresh=off", "off"],
    ["refresh=1ms", "live"],
    ["", "live"],
  ])("%s", (query, refresh) => {
    expect(refreshOf(new URLSearchParams(query))).toBe(refresh);
  });
});
