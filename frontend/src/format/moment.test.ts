import { describe, expect, it } from "vitest";

import { ago, betweenText, datedText, dayText, momentText, tickText } from "./moment";

describe("how long ago", () => {
  it.each([
    [0, "now"],
    [5000, "5 s ago"],
    [125_000, "2 min 5 s ago"],
    [-3000, "now"],
  ])("%d ms is %s", (passedMs, text) => {
    expect(ago(1_000_000 - passedMs, 1_000_000)).toBe(text);
  });
});

describe("a tick of an axis", () => {
  const at = (hours: number, minutes = 0, seconds = 0) =>
    new Date(2026, 2, 5, hours, minutes, seconds).getTime() / 1000;

  it.each([
    [at(14, 5, 30), 300, "14:05:30"],
    [at(14, 5), 3600, "14:05"],
    [at(0), 86_400, "5 Mar"],
    [at(12), 7 * 86_400, "12:00"],
    [at(12), 30 * 86_400, "5 Mar"],
  ])("at %d of %d s is %s", (atS, lengthS, text) => {
    expect(tickText(atS, lengthS)).toBe(text);
  });
});

describe("a moment", () => {
  const atMs = new Date(2026, 2, 9, 7, 5, 30).getTime();

  it("has seconds in a short span, and the day in one of days", () => {
    expect(momentText(atMs, { sinceMs: 0, untilMs: 600_000 })).toBe("07:05:30");
    expect(momentText(atMs, { sinceMs: 0, untilMs: 21_600_000 })).toBe("07:05");
    expect(momentText(atMs, { sinceMs: 0, untilMs: 7 * 86_400_000 })).toBe("9 Mar, 07:05");
  });

  it("is a day in full", () => {
    expect(dayText(atMs)).toBe("Mon, 9 Mar 2026");
  });

  it("of an end has the day where that is another one", () => {
    expect(betweenText(atMs, atMs + 3_600_000)).toBe("9 Mar, 07:05 – 08:05");
    expect(betweenText(atMs, atMs + 86_400_000)).toBe("9 Mar, 07:05 – 10 Mar, 07:05");
  });

  it("has the day wherever it may be", () => {
    expect(datedText(atMs)).toBe("9 Mar, 07:05");
  });
});
