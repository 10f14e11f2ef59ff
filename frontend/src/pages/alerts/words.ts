/** How bad an alert is, what it is about and how it is told. */

import { type Tone, toneOf } from "../../ui/Badge";
import { quantity } from "../../format/quantity";
import { rankOf } from "../../format/severity";
import type { Alert, Labels } from "./answers";

export function severityTone(severity: string | undefined): Tone {
  const rank = rankOf(severity);
  if (rank <= 1) return "bad";
  return rank === 2 ? "warn" : "muted";
}

/** A firing alert is as bad as its severity says, whatever else it is called. */
export function stateTone({ state, labels }: Pick<Alert, "state" | "labels">): Tone {
  return state === "firing" && rankOf(labels.severity) > 1 ? "warn" : toneOf(state);
}

/** The words for a state: what is over is called so. */
export function stateWord(state: Alert["state"]): string {
  return state === "inactive" ? "resolved" : state;
}

/** Labels that say what kind of alert it is, or which process tells of it, rather than what it is about. */
const KIND = new Set([
  "alertname",
  "severity",
  "category",
  "observe",
  "job",
  "service_name",
  "instance",
  "otel_scope_name",
  "otel_scope_version",
]);

/** Write the labels that tell an alert from others of its rule. */
export function aboutText(labels: Labels, leftOut: ReadonlySet<string> = KIND): string {
  return Object.entries(labels)
    .filter(([name]) => !leftOut.has(name))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(", ");
}

/** Return the labels that are the same for all. */
export function sharedBy(all: readonly Labels[]): ReadonlySet<string> {
  const [first = {}, ...others] = all;
  return new Set(Object.keys(first).filter((name) => others.every((one) => one[name] === first[name])));
}

/** Return what an alert says of itself in one line. */
export function summaryOf({ annotations, rule }: Pick<Alert, "annotations" | "rule">): string {
  return annotations.summary ?? annotations.description ?? rule;
}

export function valueText(value: number | string, unit = ""): string {
  return typeof value === "number" ? quantity(value, unit) : value;
}

/** Tell whether a text is found in what is told of something; every word has to be. */
export function mentions(texts: readonly string[], wanted: string): boolean {
  const whole = texts.join("\n").toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => whole.includes(word));
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
