/** Anomalies as lanes of a time line, one for each series, and as incidents: what belongs together in time. */

import { seriesName } from "../../../api/prometheus";
import type { Span } from "../../../time/range";
import type { Anomaly } from "../answers";
import { pathTo } from "../tabs";

export interface Lane {
  readonly name: string;
  readonly anomalies: readonly Anomaly[];
}

export interface Incident {
  readonly sinceMs: number;
  /** When the last of it ended; nothing while some of it lasts. */
  readonly untilMs: number | null;
  /** In the order in which they began. */
  readonly anomalies: readonly Anomaly[];
}

const BELONGS_MS = 15 * 60_000;

export function nameOf({ metric, labels }: Pick<Anomaly, "metric" | "labels">): string {
  return seriesName({ __name__: metric, ...labels });
}

export function pathOf(anomaly: Anomaly): string {
  return pathTo("anomalies", String(Date.parse(anomaly.since)), nameOf(anomaly));
}

/** Return one lane for each series; those that last are in front, then the strangest. */
export function lanesOf(anomalies: readonly Anomaly[]): readonly Lane[] {
  const found = new Map<string, Anomaly[]>();
  for (const one of anomalies) {
    const name = nameOf(one);
    found.set(name, [...(found.get(name) ?? []), one]);
  }
  return [...found]
    .map(([name, ours]) => ({ name, anomalies: ours }))
    .sort((one, other) => rank(other) - rank(one) || (one.name < other.name ? -1 : 1));
}

function rank({ anomalies }: Lane): number {
  const lasts = anomalies.some((one) => one.until === null) ? 1 : 0;
  return lasts + Math.max(...anomalies.map((one) => one.score));
}

/** Return what began while others lasted, or soon after, as one; the newest in front. */
export function incidentsOf(anomalies: readonly Anomaly[]): readonly Incident[] {
  const rising = [...anomalies].sort((one, other) => Date.parse(one.since) - Date.parse(other.since));
  const found: { sinceMs: number; endMs: number; anomalies: Anomaly[] }[] = [];
  for (const one of rising) {
    const sinceMs = Date.parse(one.since);
    const endMs = one.until === null ? Infinity : Date.parse(one.until);
    const last = found.at(-1);
    if (last !== undefined && sinceMs <= last.endMs + BELONGS_MS) {
      last.anomalies.push(one);
      last.endMs = Math.max(last.endMs, endMs);
    } else {
      found.push({ sinceMs, endMs, anomalies: [one] });
    }
  }
  return found.reverse().map(({ sinceMs, endMs, anomalies: ours }) => ({
    sinceMs,
    untilMs: Number.isFinite(endMs) ? endMs : null,
    anomalies: ours,
  }));
}

/** Return where a stretch lies on a span, in percent; what lasts goes on to its end. */
export function placeOn(
  span: Span,
  sinceMs: number,
  untilMs: number | null,
): { readonly left: number; readonly width: number } {
  const lengthMs = span.untilMs - span.sinceMs;
  const within = (atMs: number) => Math.min(Math.max((atMs - span.sinceMs) / lengthMs, 0), 1) * 100;
  const left = within(sinceMs);
  return { left, width: within(untilMs ?? span.untilMs) - left };
}

const STEPS_MS = [300, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800].map(
  (seconds) => seconds * 1000,
);

/** Return some round times within a span, in the hours of the reader. */
export function ticksOf(span: Span, most: number, offsetMs: number): readonly number[] {
  const least = (span.untilMs - span.sinceMs) / most;
  const stepMs = STEPS_MS.find((step) => step >= least) ?? Math.ceil(least / 604_800_000) * 604_800_000;
  const found: number[] = [];
  const first = Math.ceil((span.sinceMs + offsetMs) / stepMs) * stepMs - offsetMs;
  for (let atMs = first; atMs <= span.untilMs; atMs += stepMs) found.push(atMs);
  return found;
}
