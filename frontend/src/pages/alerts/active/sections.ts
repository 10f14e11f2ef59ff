/** Alerts in the order in which somebody on call needs them: what nobody takes care of is in front. */

import { rankOf } from "../../../format/severity";
import type { Alert } from "../answers";
import { mentions, sharedBy } from "../words";

export interface Section {
  readonly name: "open" | "cared" | "quiet" | "pending" | "over";
  readonly title: string;
  /** What it means to be in here. */
  readonly note: string;
  readonly groups: readonly Group[];
  readonly count: number;
}

/** The alerts of one rule. */
export interface Group {
  readonly rule: string;
  readonly alerts: readonly Alert[];
}

const SECTIONS: readonly Omit<Section, "groups" | "count">[] = [
  { name: "open", title: "Firing", note: "Nobody takes care of these yet." },
  { name: "cared", title: "Taken care of", note: "Somebody is on it: no reminders, nobody else is told." },
  { name: "quiet", title: "Firing quietly", note: "Nobody is told: silenced, inhibited or only observed." },
  { name: "pending", title: "Pending", note: "The condition holds, but not yet for long enough." },
  { name: "over", title: "Resolved lately", note: "These stopped within the last minutes." },
];

/** Return why nobody hears of an alert; empty where somebody does. */
export function quietBy({ silencedBy, inhibitedBy, labels }: Alert): readonly string[] {
  return [
    ...(silencedBy.length ? ["silenced"] : []),
    ...(inhibitedBy ? ["inhibited"] : []),
    ...(labels.observe === "true" ? ["observed only"] : []),
  ];
}

export function sectionOf(alert: Alert): Section["name"] {
  if (alert.state === "pending") return "pending";
  if (alert.state === "inactive") return "over";
  if (quietBy(alert).length) return "quiet";
  return alert.acknowledgedBy ? "cared" : "open";
}

/** Return the sections that have alerts; within one the worst come first, then those that began last. */
export function sectionsOf(alerts: readonly Alert[]): readonly Section[] {
  return SECTIONS.map((section) => {
    const own = alerts.filter((alert) => sectionOf(alert) === section.name);
    return { ...section, groups: grouped([...own].sort(byNeed)), count: own.length };
  }).filter(({ count }) => count > 0);
}

function byNeed(one: Alert, other: Alert): number {
  return (
    rankOf(one.labels.severity) - rankOf(other.labels.severity) ||
    Date.parse(sinceOf(other)) - Date.parse(sinceOf(one))
  );
}

function grouped(alerts: readonly Alert[]): readonly Group[] {
  const byRule = new Map<string, Alert[]>();
  for (const alert of alerts) {
    const key = `${alert.group}\n${alert.rule}\n${alert.labels.severity ?? ""}`;
    byRule.set(key, [...(byRule.get(key) ?? []), alert]);
  }
  return [...byRule.values()].map((own) => ({ rule: own[0]?.rule ?? "", alerts: own }));
}

/** Return since when an alert is in its state. */
export function sinceOf({ state, activeAt, firedAt, resolvedAt }: Alert): string {
  if (state === "inactive") return resolvedAt ?? activeAt;
  return (state === "firing" ? firedAt : null) ?? activeAt;
}

export interface Wanted {
  readonly text: string;
  readonly severity: string;
}

export function chosen(alerts: readonly Alert[], { text, severity }: Wanted): readonly Alert[] {
  return alerts.filter(
    (alert) =>
      (!severity || (alert.labels.severity ?? "none") === severity) &&
      mentions([alert.rule, ...Object.values(alert.labels), ...Object.values(alert.annotations)], text),
  );
}

/** Return the severities that there are to choose from, the worst in front. */
export function severitiesOf(alerts: readonly Alert[]): readonly string[] {
  const found = new Set(alerts.map((alert) => alert.labels.severity ?? "none"));
  return [...found].sort((one, other) => rankOf(one) - rankOf(other) || one.localeCompare(other));
}

/** Return the labels that all of a group share: these tell none of them apart. */
export function sharedLabels(alerts: readonly Alert[]): ReadonlySet<string> {
  return sharedBy(alerts.map(({ labels }) => labels));
}
