import { describe, expect, it } from "vitest";

import { sentenceOf } from "./sentence";

const ALERT = {
  rule: "Slow",
  labels: { alertname: "Slow", severity: "critical", route: "/cart" },
  state: "firing" as const,
  value: 2.5,
  unit: "s",
  threshold: "above 2 s",
  activeAt: "2026-03-02T09:00:00Z",
  firedAt: "2026-03-02T09:05:00Z",
  resolvedAt: null,
};
const EVIDENCE = {
  watched: null,
  value: "2.5 s",
  threshold: "above 2 s",
  peak: "4 s",
  recentCount: 1,
  weekCount: 1,
  traces: [],
};
const NOW_MS = Date.parse("2026-03-02T09:10:00Z");

describe("an alert in a sentence", () => {
  it("names the series, the value, the threshold and since when", () => {
    expect(sentenceOf(ALERT, EVIDENCE, NOW_MS)).toBe(
      'Slow of route="/cart": the value is 2.5 s, the rule fires above 2 s (4 s at its worst), firing for 5 min.',
    );
  });

  it("makes do with what the alert itself says", () => {
    expect(sentenceOf({ ...ALERT, labels: {}, unit: "", threshold: "" }, undefined, NOW_MS)).toBe(
      "Slow: the value is 2.5, firing for 5 min.",
    );
  });

  it("says what is not firing yet", () => {
    expect(sentenceOf({ ...ALERT, state: "pending", firedAt: null }, undefined, NOW_MS)).toContain(
      "so since 10 min.",
    );
  });

  it("says what is over", () => {
    const over = { ...ALERT, state: "inactive" as const, resolvedAt: "2026-03-02T09:08:00Z" };
    expect(sentenceOf(over, EVIDENCE, NOW_MS)).toContain("fired for 3 min, over since 2 min.");
    expect(sentenceOf(over, EVIDENCE, NOW_MS)).toContain("the value was 2.5 s");
  });

  it("tells no peak that is the value itself", () => {
    expect(sentenceOf(ALERT, { ...EVIDENCE, peak: "2.5 s" }, NOW_MS)).not.toContain("worst");
  });
});
