import { describe, expect, it } from "vitest";

import type { Alert } from "../answers";
import { ALERT } from "../testing";
import { chosen, quietBy, sectionsOf, severitiesOf, sharedLabels, sinceOf } from "./sections";

function alert(rule: string, more: Partial<Alert> = {}): Alert {
  const labels = { alertname: rule, severity: "warning" };
  return { ...ALERT, rule, labels, fingerprint: rule, ...more };
}

const CRITICAL = { severity: "critical" };

describe("alerts in sections", () => {
  it("have in front what nobody takes care of", () => {
    const found = sectionsOf([
      alert("Over", { state: "inactive" }),
      alert("Waiting", { state: "pending" }),
      alert("Quiet", { silencedBy: ["x"], acknowledgedBy: "kim" }),
      alert("Cared", { acknowledgedBy: "kim" }),
      alert("Open"),
    ]);

    expect(found.map(({ name, count }) => [name, count])).toEqual([
      ["open", 1],
      ["cared", 1],
      ["quiet", 1],
      ["pending", 1],
      ["over", 1],
    ]);
  });

  it("have the worst in front, then the newest", () => {
    const [open] = sectionsOf([
      alert("Old"),
      alert("New", { firedAt: "2026-03-02T10:00:00Z" }),
      alert("Bad", { labels: CRITICAL }),
    ]);

    expect(open?.groups.map(({ rule }) => rule)).toEqual(["Bad", "New", "Old"]);
  });

  it("stand together where they are of one rule", () => {
    const [open] = sectionsOf([
      alert("Disk", { fingerprint: "a" }),
      alert("Cpu"),
      alert("Disk", { fingerprint: "b" }),
    ]);

    expect(open?.groups.map(({ rule, alerts }) => [rule, alerts.length])).toEqual([
      ["Disk", 2],
      ["Cpu", 1],
    ]);
  });

  it("leave out sections without any", () => {
    expect(sectionsOf([])).toEqual([]);
  });
});

describe("why nobody hears of an alert", () => {
  it("is all that applies", () => {
    const quiet = alert("A", { silencedBy: ["x"], inhibitedBy: "y", labels: { observe: "true" } });
    expect(quietBy(quiet)).toEqual(["silenced", "inhibited", "observed only"]);
    expect(quietBy(alert("A"))).toEqual([]);
  });
});

describe("since when", () => {
  it("is when it fired, when it began, or when it was over", () => {
    expect(sinceOf(alert("A"))).toBe("2026-03-02T09:05:00Z");
    expect(sinceOf(alert("A", { state: "pending", firedAt: null }))).toBe("2026-03-02T09:00:00Z");
    expect(sinceOf(alert("A", { state: "inactive", resolvedAt: "2026-03-02T11:00:00Z" }))).toBe(
      "2026-03-02T11:00:00Z",
    );
  });
});

describe("alerts that are looked for", () => {
  const all = [
    alert("HighCpu", { labels: { severity: "critical", host: "web-1" } }),
    alert("Disk", { annotations: { summary: "nearly full" }, labels: {} }),
  ];

  it("are found by any of their texts", () => {
    expect(chosen(all, { text: "WEB", severity: "" }).map(({ rule }) => rule)).toEqual(["HighCpu"]);
    expect(chosen(all, { text: "full", severity: "" }).map(({ rule }) => rule)).toEqual(["Disk"]);
  });

  it("are found by severity, also by having none", () => {
    expect(severitiesOf(all)).toEqual(["critical", "none"]);
    expect(chosen(all, { text: "", severity: "none" }).map(({ rule }) => rule)).toEqual(["Disk"]);
  });
});

describe("labels that all of a group share", () => {
  it("do not tell them apart", () => {
    const group = [alert("A", { labels: { a: "1", b: "1" } }), alert("A", { labels: { a: "1", b: "2" } })];
    expect([...sharedLabels(group)]).toEqual(["a"]);
  });
});
