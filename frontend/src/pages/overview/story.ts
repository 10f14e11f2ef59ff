/** What is wrong, since when, and why: the whole overview in a few sentences, each with the page that says more. */

import type { Dashboard, PartOf } from "../../api/types";
import { quantity } from "../../format/quantity";
import type { Tone } from "../../ui/Badge";
import { pathOf as pathOfAnomaly } from "../analysis/anomalies/lanes";
import { type Clue, cluesOf, insightClues } from "./clues";

export interface Story {
  readonly tone: Tone;
  /** One word for the tone. */
  readonly word: string;
  readonly what: string;
  readonly sinceMs: number | null;
  /** Where the first sentence is told in full; empty for nowhere. */
  readonly path: string;
  readonly clues: readonly Clue[];
}

type Alert = PartOf<"alerts">["alerts"][number];

export function storyOf(found: Dashboard): Story {
  const clues = cluesOf(found);
  return (
    firingStory(found, clues) ??
    checkStory(found, clues) ??
    unusualStory(found, clues) ??
    pendingStory(found, clues) ??
    scoreStory(found, clues) ??
    calmStory(found)
  );
}

function firingStory(found: Dashboard, clues: readonly Clue[]): Story | null {
  const first = inState(found, "firing")[0];
  if (first === undefined) return null;
  const severity = first.labels.severity ?? "";
  return {
    tone: severity === "warning" || severity === "info" ? "warn" : "bad",
    word: severity || "firing",
    what: `${first.annotations.summary ?? first.rule}${othersText((found.alerts.data?.firing ?? 1) - 1)}`,
    sinceMs: Date.parse(first.firedAt ?? first.activeAt),
    path: `/alerts/${first.fingerprint}`,
    clues,
  };
}

function othersText(others: number): string {
  if (others === 0) return "";
  return others === 1 ? ", and another alert fires" : `, and ${others} other alerts fire`;
}

/** The worst in front, as they are answered. */
function inState(found: Dashboard, state: Alert["state"]): readonly Alert[] {
  return (found.alerts.data?.alerts ?? []).filter((alert) => alert.state === state);
}

function checkStory(found: Dashboard, clues: readonly Clue[]): Story | null {
  const failing = found.health.data?.failing ?? [];
  const first = failing.find((check) => check.critical) ?? failing[0];
  if (first === undefined) return null;
  const isBad = first.status === "unhealthy";
  return {
    tone: isBad ? "bad" : "warn",
    word: first.status,
    what: `${first.name}: ${first.message || first.status}`,
    sinceMs: null,
    path: "/health",
    clues: clues.filter((clue) => clue.kind !== "check"),
  };
}

function unusualStory(found: Dashboard, clues: readonly Clue[]): Story | null {
  const first = found.anomalies.data?.now[0];
  if (first === undefined) return null;
  return {
    tone: "warn",
    word: "unusual",
    what: first.text,
    sinceMs: Date.parse(first.since),
    path: pathOfAnomaly(first),
    clues: clues.filter((clue) => clue.text !== first.text),
  };
}

function pendingStory(found: Dashboard, clues: readonly Clue[]): Story | null {
  const first = inState(found, "pending")[0];
  if (first === undefined) return null;
  return {
    tone: "warn",
    word: "about to fire",
    what: first.annotations.summary ?? first.rule,
    sinceMs: Date.parse(first.activeAt),
    path: `/alerts/${first.fingerprint}`,
    clues,
  };
}

/** Nothing crossed a line that somebody drew, and all the same not everything is well. */
function scoreStory(found: Dashboard, clues: readonly Clue[]): Story | null {
  const { scoreStatus, reasons } = found.health.data ?? {};
  const worst = [...(reasons ?? [])].sort((one, other) => one.score - other.score)[0];
  if (worst === undefined || (scoreStatus !== "degraded" && scoreStatus !== "unhealthy")) return null;
  const tone = scoreStatus === "unhealthy" ? "bad" : "warn";
  return { tone, word: scoreStatus, what: worst.why, sinceMs: null, path: "/health", clues };
}

function calmStory(found: Dashboard): Story {
  const checks = found.health.data?.checks ?? 0;
  const requests = found.requests.data?.now.requests ?? 0;
  const facts = [
    requests > 0 ? `${quantity(requests)} requests were answered` : "there were no requests",
    counted(checks, "check passes", "checks pass"),
    "no alert fires",
  ];
  return {
    tone: "good",
    word: "fine",
    what: `Nothing is wrong: ${facts.join(", ")}`,
    sinceMs: null,
    path: "",
    clues: insightClues(found),
  };
}

function counted(count: number, one: string, several: string): string {
  return count === 1 ? `1 ${one}` : `${count} ${several}`;
}
