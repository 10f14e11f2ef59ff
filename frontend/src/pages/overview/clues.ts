/** What points at a cause: where it fails, what is unusual, what is known of it. */

import type { Dashboard, Worst } from "../../api/types";
import { quantity } from "../../format/quantity";
import { pathOf as pathOfAnomaly } from "../analysis/anomalies/lanes";
import { pathTo } from "../analysis/tabs";
import { nameOf, pathOf } from "../endpoints/names";
import { ROUTE } from "../endpoints/signals";

export interface Clue {
  readonly kind: "check" | "endpoint" | "unusual" | "insight";
  readonly text: string;
  readonly sinceMs: number | null;
  readonly path: string;
}

const NOTABLE_ERRORS = 0.01;
const MOST_CLUES = 4;
const MOST_UNUSUAL = 2;

export function cluesOf(found: Dashboard): readonly Clue[] {
  return [
    ...checkClues(found),
    ...endpointClues(found),
    ...unusualClues(found),
    ...insightClues(found),
  ].slice(0, MOST_CLUES);
}

function checkClues(found: Dashboard): readonly Clue[] {
  return (found.health.data?.failing ?? []).slice(0, 1).map((check) => ({
    kind: "check",
    text: `${check.name} is ${check.status}${check.message ? `: ${check.message}` : ""}`,
    sinceMs: null,
    path: "/health",
  }));
}

/** The endpoint that fails most, where it does so often enough to speak of it. */
function worstOf(found: Dashboard): Worst | undefined {
  const worst = found.endpoints.data?.worst.errorRate[0];
  return (worst?.value ?? 0) < NOTABLE_ERRORS ? undefined : worst;
}

function endpointClues(found: Dashboard): readonly Clue[] {
  const worst = worstOf(found);
  if (worst === undefined) return [];
  const text = `${nameOf(worst)} fails most: ${quantity(worst.value, "1")} of ${quantity(worst.requests)} requests`;
  return [{ kind: "endpoint", text, sinceMs: null, path: pathOf(worst) }];
}

function unusualClues(found: Dashboard): readonly Clue[] {
  return (found.anomalies.data?.now ?? []).slice(0, MOST_UNUSUAL).map((one) => ({
    kind: "unusual",
    text: one.text,
    sinceMs: Date.parse(one.since),
    path: pathOfAnomaly(one),
  }));
}

/** What else is known: of the endpoint that is named already there is nothing to add. */
export function insightClues(found: Dashboard): readonly Clue[] {
  const worst = worstOf(found);
  const others = (found.insights.data?.insights ?? []).filter(
    (one) => worst === undefined || one.labels[ROUTE] !== worst.route,
  );
  return others.slice(0, 1).map((one) => ({
    kind: "insight",
    text: one.sentence,
    sinceMs: null,
    path: pathTo("insights"),
  }));
}
