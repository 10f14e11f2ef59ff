/** What the address asks of this page: several expressions, and how their answers are shown. */

import { durationText, parseDuration } from "../../time/range";

export type View = "chart" | "table";

export interface Asked {
  /** Expressions by their letters, A in front. */
  readonly queries: readonly string[];
  readonly view: View;
  readonly isStacked: boolean;
  /** Seconds between two points; nothing for what suits the range. */
  readonly stepS: number | null;
  /** How series are called, such as `{{http_route}}`; empty for the labels that differ. */
  readonly legend: string;
}

export const MOST_QUERIES = 6;
export const STEPS = ["5s", "15s", "30s", "1m", "5m", "15m", "1h", "1d"] as const;

const FIRST = "query";

/** The name of a query's parameter: `query`, `query2`, and so on, so that short links stay short. */
function nameOf(at: number): string {
  return at === 0 ? FIRST : `${FIRST}${at + 1}`;
}

export function letterOf(at: number): string {
  return String.fromCharCode("A".charCodeAt(0) + at);
}

export function askedOf(parameters: URLSearchParams): Asked {
  const given = Array.from({ length: MOST_QUERIES }, (_, at) => parameters.get(nameOf(at))?.trim() ?? "");
  const stepMs = parseDuration(parameters.get("step") ?? "");
  return {
    queries: given.filter((query) => query !== ""),
    view: parameters.get("view") === "table" ? "table" : "chart",
    isStacked: parameters.get("stacked") === "1",
    stepS: stepMs === null ? null : stepMs / 1000,
    legend: parameters.get("legend") ?? "",
  };
}

/** Return the parameters that say it; an empty one is left out of the address. */
export function changesOf(asked: Partial<Asked>): Readonly<Record<string, string>> {
  const changes: Record<string, string> = {};
  if (asked.queries !== undefined) Object.assign(changes, queryChanges(asked.queries));
  if (asked.view !== undefined) changes.view = asked.view === "table" ? "table" : "";
  if (asked.isStacked !== undefined) changes.stacked = asked.isStacked ? "1" : "";
  if (asked.stepS !== undefined) changes.step = asked.stepS === null ? "" : durationText(asked.stepS * 1000);
  if (asked.legend !== undefined) changes.legend = asked.legend.trim();
  return changes;
}

function queryChanges(queries: readonly string[]): Record<string, string> {
  const kept = queries.map((query) => query.trim()).filter((query) => query !== "");
  return Object.fromEntries(Array.from({ length: MOST_QUERIES }, (_, at) => [nameOf(at), kept[at] ?? ""]));
}
