import { describe, expect, it } from "vitest";

import type { Dashboard } from "../../api/types";
import { storyOf } from "./story";

type Parts = Partial<Record<keyof Dashboard, unknown>>;

const NONE = { state: "empty", note: "", since: null, data: null };

/** An overview with these parts and nothing else. */
function overview(parts: Parts): Dashboard {
  const names = ["alerts", "health", "requests", "endpoints", "anomalies", "insights"];
  const found: Record<string, unknown> = Object.fromEntries(names.map((name) => [name, NONE]));
  for (const [name, data] of Object.entries(parts)) found[name] = { ...NONE, state: "ok", data };
  return found as unknown as Dashboard;
}

function alert(rule: string, severity: string, activeAt: string, state = "firing") {
  const labels = { alertname: rule, severity };
  return { rule, state, labels, annotations: {}, activeAt, firedAt: null, fingerprint: rule };
}

const EARLY = "2026-11-21T20:00:00Z";
const LATE = "2026-11-21T20:05:00Z";

describe("the story", () => {
  it("begins with the alert in front, and counts those that the answer leaves out", () => {
    const alerts = [alert("Down", "critical", EARLY), alert("Soon", "critical", EARLY, "pending")];
    const found = overview({ alerts: { firing: 3, alerts } });
    expect(storyOf(found)).toMatchObject({
      tone: "bad",
      word: "critical",
      what: "Down, and 2 other alerts fire",
      sinceMs: Date.parse(EARLY),
      path: "/alerts/Down",
    });
  });

  it("says why: what fails most, and what is unusual", () => {
    const worst = { errorRate: [{ method: "POST", route: "/orders", value: 0.52, requests: 120 }] };
    const found = overview({
      alerts: { firing: 1, alerts: [alert("Down", "critical", EARLY)] },
      endpoints: { worst },
      anomalies: { now: [{ text: "p95 is three times as long", since: LATE }] },
    });
    expect(storyOf(found).clues.map((clue) => clue.text)).toEqual([
      "POST /orders fails most: 52% of 120 requests",
      "p95 is three times as long",
    ]);
  });

  it("adds no insight into the endpoint that is named already", () => {
    const insights = [
      { sentence: "52% of POST /orders failed.", labels: { http_route: "/orders" } },
      { sentence: "30% of the calls to the bank failed.", labels: { server_address: "bank" } },
    ];
    const found = overview({
      alerts: { firing: 1, alerts: [alert("Down", "critical", EARLY)] },
      endpoints: { worst: { errorRate: [{ method: "POST", route: "/orders", value: 0.52, requests: 120 }] } },
      insights: { insights },
    });
    expect(storyOf(found).clues.map((clue) => clue.text)).toEqual([
      "POST /orders fails most: 52% of 120 requests",
      "30% of the calls to the bank failed.",
    ]);
  });

  it("has the first insight where no endpoint fails", () => {
    const insights = [{ sentence: "The processor is busy.", labels: { instance: "a" } }];
    const found = overview({
      alerts: { firing: 1, alerts: [alert("Down", "", EARLY)] },
      insights: { insights },
    });
    expect(storyOf(found).clues.map((clue) => clue.text)).toEqual(["The processor is busy."]);
  });

  it("leaves out endpoints that hardly ever fail", () => {
    const worst = { errorRate: [{ method: "GET", route: "/", value: 0.001, requests: 1000 }] };
    const found = overview({
      alerts: { firing: 1, alerts: [alert("Down", "", EARLY)] },
      endpoints: { worst },
    });
    expect(storyOf(found).clues).toEqual([]);
  });

  it("is that of a check where no alert fires, a critical one in front", () => {
    const failing = [
      { name: "cache", status: "degraded", message: "", critical: false },
      { name: "database", status: "unhealthy", message: "no connection", critical: true },
    ];
    expect(storyOf(overview({ health: { failing } }))).toMatchObject({
      tone: "bad",
      what: "database: no connection",
      path: "/health",
    });
  });

  it("is that of what is unusual where nothing else is wrong", () => {
    const now = [{ text: "p95 is three times as long", since: LATE }];
    const story = storyOf(overview({ anomalies: { now } }));
    expect(story).toMatchObject({ tone: "warn", what: "p95 is three times as long" });
    expect(story.clues).toEqual([]);
  });

  it("is that of what is about to fire, and else of what weighs on the score", () => {
    const reasons = [
      { name: "latency", score: 80, why: "A little slow." },
      { name: "processor", score: 20, why: "The processor is busy." },
    ];
    const health = { failing: [], reasons, scoreStatus: "degraded" };
    const pending = [alert("Busy", "critical", EARLY, "pending")];
    const soon = storyOf(overview({ health, alerts: { firing: 0, alerts: pending } }));
    expect(soon).toMatchObject({ tone: "warn", word: "about to fire", what: "Busy" });
    expect(storyOf(overview({ health }))).toMatchObject({ tone: "warn", what: "The processor is busy." });
  });

  it("says on what it builds that nothing is wrong", () => {
    const found = overview({
      health: { failing: [], checks: 1 },
      requests: { now: { requests: 12 } },
      alerts: { firing: 0, alerts: [] },
    });
    expect(storyOf(found)).toMatchObject({
      tone: "good",
      what: "Nothing is wrong: 12 requests were answered, 1 check passes, no alert fires",
    });
  });
});
