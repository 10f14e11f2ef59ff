/** When an alert was pending and when it fired, and the time that shows how it came about. */

import type { Series } from "../../../../api/prometheus";
import type { State } from "../../../../charts/types";
import { parseDuration, PRESETS, rangeText, type Span } from "../../../../time/range";
import type { AlertDetail, Episode, Labels } from "../../answers";

type Known = Pick<AlertDetail, "state" | "activeAt" | "firedAt" | "resolvedAt">;

const BEFORE_MS = 900_000;

/** Return the states within a span; the present one goes on up to its end. */
export function statesOf(alert: Known | null, episodes: readonly Episode[], span: Span): readonly State[] {
  const nowS = span.untilMs / 1000;
  const fired = episodes.map(({ startedAt, endedAt }) =>
    state(startedAt, endedAt === null ? nowS : Date.parse(endedAt) / 1000, "firing"),
  );
  const pending = alert === null ? [] : pendingOf(alert, nowS);
  return [...pending, ...fired].filter(
    ({ fromS, toS }) => toS > span.sinceMs / 1000 && fromS < nowS && toS > fromS,
  );
}

function pendingOf({ state: now, activeAt, firedAt }: Known, nowS: number): readonly State[] {
  if (firedAt !== null) return [state(activeAt, Date.parse(firedAt) / 1000, "pending")];
  return now === "pending" ? [state(activeAt, nowS, "pending")] : [];
}

function state(from: string, toS: number, text: "pending" | "firing"): State {
  return { fromS: Date.parse(from) / 1000, toS, tone: text === "firing" ? "bad" : "warn", text };
}

/** Return when an alert began and when it ended, the latter nothing while it goes on. */
export function endsOf(
  alert: Known | null,
  last: Episode | undefined,
): readonly [number, number | null] | null {
  const [from, to] = alert ? [alert.activeAt, alert.resolvedAt] : [last?.startedAt, last?.endedAt];
  if (from === undefined) return null;
  return [Date.parse(from), to ? Date.parse(to) : null];
}

/**
 * Return the range in which one sees how an alert came about, as the address holds it.
 *
 * One that goes on is seen up to now, one that is over with as much time after it as before.
 */
export function rangeAround(fromMs: number, toMs: number | null, nowMs: number): string {
  if (toMs === null || nowMs - toMs < BEFORE_MS) {
    const leastMs = nowMs - fromMs + BEFORE_MS;
    return PRESETS.find((one) => (parseDuration(one) ?? 0) >= leastMs) ?? fixed(fromMs - BEFORE_MS, nowMs);
  }
  const beforeMs = Math.max(BEFORE_MS, (toMs - fromMs) / 2);
  return fixed(fromMs - beforeMs, Math.min(toMs + beforeMs, nowMs));
}

function fixed(sinceMs: number, untilMs: number): string {
  return rangeText({ kind: "fixed", sinceMs: Math.round(sinceMs), untilMs: Math.round(untilMs) });
}

/** Return the series that an alert is about: of those that say nothing else the one that says most. */
export function seriesOf(series: readonly Series[], labels: Labels): Series | undefined {
  const fits = series.filter(({ metric }) =>
    Object.entries(metric).every(([name, value]) => name === "__name__" || (labels[name] ?? value) === value),
  );
  const shared = ({ metric }: Series) => Object.keys(metric).filter((name) => name in labels).length;
  return fits.sort((one, other) => shared(other) - shared(one))[0];
}
