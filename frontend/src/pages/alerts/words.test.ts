import { describe, expect, it } from "vitest";

import { rankOf } from "../../format/severity";
import { aboutText, mentions, plural, severityTone, stateTone, summaryOf } from "./words";

describe("a severity", () => {
  it("has the worst in front, and one that nobody knows before a mere note", () => {
    const sorted = ["info", "odd", "warning", "CRITICAL", "error"].sort((a, b) => rankOf(a) - rankOf(b));
    expect(sorted).toEqual(["CRITICAL", "error", "warning", "odd", "info"]);
  });

  it("has a tone", () => {
    expect([severityTone("critical"), severityTone("warning"), severityTone(undefined)]).toEqual([
      "bad",
      "warn",
      "muted",
    ]);
  });
});

describe("a state", () => {
  it("is as bad as its severity", () => {
    expect(stateTone({ state: "firing", labels: { severity: "critical" } })).toBe("bad");
    expect(stateTone({ state: "firing", labels: { severity: "warning" } })).toBe("warn");
    expect(stateTone({ state: "pending", labels: {} })).toBe("warn");
    expect(stateTone({ state: "inactive", labels: {} })).toBe("muted");
  });
});

describe("an alert", () => {
  it("is about the labels that are not its kind", () => {
    expect(aboutText({ alertname: "Slow", severity: "critical", route: "/cart", host: 'a"b' })).toBe(
      'route="/cart", host="a\\"b"',
    );
  });

  it("says its summary, or else its name", () => {
    expect(summaryOf({ rule: "Slow", annotations: { summary: "slow" } })).toBe("slow");
    expect(summaryOf({ rule: "Slow", annotations: {} })).toBe("Slow");
  });
});

describe("a text that is looked for", () => {
  it("is found by all of its words, in any place", () => {
    expect(mentions(["HighCpu", "CPU is at 97%"], "cpu high")).toBe(true);
    expect(mentions(["HighCpu"], "cpu memory")).toBe(false);
    expect(mentions(["HighCpu"], " ")).toBe(true);
  });
});

describe("a number of things", () => {
  it("is one or many", () => {
    expect([plural(1, "alert"), plural(0, "alert"), plural(2, "series", "series")]).toEqual([
      "1 alert",
      "0 alerts",
      "2 series",
    ]);
  });
});
