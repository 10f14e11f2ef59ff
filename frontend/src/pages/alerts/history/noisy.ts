/** Which rules fired how often and for how long: what to mend first. */

import type { State } from "../../../charts/types";
import type { Span } from "../../../time/range";
import type { Episode } from "../answers";
import { severityTone } from "../words";

export interface Noise {
  readonly rule: string;
  readonly times: number;
  readonly series: number;
  /** How long it fired within the span; time in which several fired at once counts once. */
  readonly firingMs: number;
  readonly states: readonly State[];
}

/** Return the rules that fired, those that fired most often in front. */
export function noiseOf(episodes: readonly Episode[], span: Span): readonly Noise[] {
  const byRule = new Map<string, Episode[]>();
  for (const one of episodes) byRule.set(one.rule, [...(byRule.get(one.rule) ?? []), one]);
  return [...byRule]
    .map(([rule, own]) => ({
      rule,
      times: own.length,
      series: new Set(own.map((one) => one.fingerprint)).size,
      firingMs: joined(own.map((one) => within(one, span))),
      states: own.map((one) => stateOf(one, span)),
    }))
    .sort((one, other) => other.times - one.times || other.firingMs - one.firingMs);
}

function within({ startedAt, endedAt }: Episode, span: Span): Span {
  const untilMs = endedAt === null ? span.untilMs : Math.min(Date.parse(endedAt), span.untilMs);
  return { sinceMs: Math.max(Date.parse(startedAt), span.sinceMs), untilMs };
}

/** Return how long at least one of the stretches lasts. */
function joined(stretches: readonly Span[]): number {
  let [lengthMs, untilMs] = [0, -Infinity];
  for (const one of [...stretches].sort((a, b) => a.sinceMs - b.sinceMs)) {
    lengthMs += Math.max(0, one.untilMs - Math.max(one.sinceMs, untilMs));
    untilMs = Math.max(untilMs, one.untilMs);
  }
  return lengthMs;
}

function stateOf(episode: Episode, span: Span): State {
  const { sinceMs, untilMs } = within(episode, span);
  const tone = severityTone(episode.labels.severity);
  return {
    fromS: sinceMs / 1000,
    toS: untilMs / 1000,
    tone: tone === "muted" ? "warn" : tone,
    text: "firing",
  };
}
