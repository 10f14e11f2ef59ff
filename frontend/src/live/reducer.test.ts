import { describe, expect, it } from "vitest";

import type { Alert, Dashboard } from "../api/types";
import { type AlertEvent, listWith, overviewWith } from "./reducer";

function alert(fingerprint: string, state: string, severity = "warning", minute = 0): Alert {
  const activeAt = new Date(Date.UTC(2026, 2, 2, 9, minute)).toISOString();
  const labels: Record<string, string> = { severity };
  const shown: Partial<Alert> = { rule: "HighCpu", group: "system", labels, activeAt };
  return { ...shown, fingerprint, state } as Alert;
}

function event(fingerprint: string, state: string): AlertEvent {
  return { at: "2026-03-02T09:14:07Z", previous: null, alert: alert(fingerprint, state) };
}

const LIST = { alerts: [alert("a", "firing"), alert("b", "pending")], total: 2 };

function overview(alerts: Alert[]): Dashboard {
  const firing = alerts.filter((one) => one.state === "firing").length;
  const data = { alerts, firing, pending: alerts.length - firing };
  return { alerts: { state: alerts.length ? "ok" : "empty", note: "", data } } as Dashboard;
}

describe("a list of alerts", () => {
  it("begins with a new one", () => {
    const { alerts, total } = listWith(LIST, event("c", "firing"), {});
    expect(alerts.map((one) => one.fingerprint)).toEqual(["c", "a", "b"]);
    expect(total).toBe(3);
  });

  it("has one that changed once", () => {
    const { alerts, total } = listWith(LIST, event("b", "firing"), {});
    expect(alerts.map((one) => `${one.fingerprint} ${one.state}`)).toEqual(["b firing", "a firing"]);
    expect(total).toBe(2);
  });

  it("of one state loses those that are in another", () => {
    const firing = { alerts: [alert("a", "firing")], total: 1 };
    expect(listWith(firing, event("a", "resolved"), { state: "firing" })).toMatchObject({
      alerts: [],
      total: 0,
    });
    expect(listWith(firing, event("b", "pending"), { state: "firing" }).total).toBe(1);
  });

  it("by matchers is left as it is", () => {
    expect(listWith(LIST, event("c", "firing"), { filter: "severity=critical" })).toBe(LIST);
  });
});

describe("the overview", () => {
  it("counts a new alert and is no longer empty", () => {
    const { alerts } = overviewWith(overview([]), event("a", "firing"));
    expect(alerts).toMatchObject({ state: "ok", data: { firing: 1, pending: 0 } });
    expect(alerts.data?.alerts).toHaveLength(1);
  });

  it("has the worst in front whatever fires last, and what is pending behind", () => {
    const before = overview([
      alert("first", "firing", "critical", 1),
      alert("slow", "firing", "warning", 0),
      alert("soon", "pending", "critical", 0),
    ]);
    const later = { at: "", previous: null, alert: alert("later", "firing", "critical", 2) };
    const { data } = overviewWith(before, later).alerts;
    expect(data?.alerts.map((one) => one.fingerprint)).toEqual(["first", "later", "slow", "soon"]);
  });

  it("counts one that goes from pending to firing as such", () => {
    const { alerts } = overviewWith(overview([alert("a", "pending")]), event("a", "firing"));
    expect(alerts.data).toMatchObject({ firing: 1, pending: 0 });
  });

  it("lets go of what is resolved", () => {
    const { alerts } = overviewWith(overview([alert("a", "firing")]), event("a", "resolved"));
    expect(alerts.data).toMatchObject({ firing: 0, alerts: [] });
  });

  it("is left as it is where its part failed", () => {
    const failed = { alerts: { state: "failed", note: "", data: null } } as unknown as Dashboard;
    expect(overviewWith(failed, event("a", "firing"))).toBe(failed);
  });
});
