/** Ranges of time as the address holds them: `6h` up to now, or two moments. */

export interface Moving {
  readonly kind: "moving";
  readonly lengthMs: number;
}

export interface Fixed {
  readonly kind: "fixed";
  readonly sinceMs: number;
  readonly untilMs: number;
}

export type Range = Moving | Fixed;

export interface Span {
  readonly sinceMs: number;
  readonly untilMs: number;
}

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const STEPS_S = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400] as const;
const LONGEST_MS = 366 * 86_400_000;

export const PRESETS = ["15m", "1h", "6h", "1d", "7d", "30d"] as const;
export const DEFAULT: Moving = { kind: "moving", lengthMs: 3_600_000 };

/** Read a range of an address; what is none is the default. */
export function parseRange(text: string | null): Range {
  if (text === null) return DEFAULT;
  const found = /^(\d{1,15})~(\d{1,15})$/.exec(text);
  const [sinceMs, untilMs] = [Number(found?.[1]), Number(found?.[2])];
  if (sinceMs < untilMs && untilMs - sinceMs <= LONGEST_MS) return { kind: "fixed", sinceMs, untilMs };
  const lengthMs = parseDuration(text);
  return lengthMs === null ? DEFAULT : { kind: "moving", lengthMs };
}

export function parseDuration(text: string): number | null {
  const found = /^(\d{1,6})([smhdw])$/.exec(text);
  if (found === null) return null;
  const lengthMs = Number(found[1]) * (UNITS_MS[found[2] ?? ""] ?? 0);
  return lengthMs > 0 && lengthMs <= LONGEST_MS ? lengthMs : null;
}

/** Write a range as an address holds it. */
export function rangeText(range: Range): string {
  return range.kind === "fixed" ? `${range.sinceMs}~${range.untilMs}` : durationText(range.lengthMs);
}

export function durationText(lengthMs: number): string {
  for (const unit of ["d", "h", "m"] as const) {
    const size = UNITS_MS[unit] ?? 1;
    if (lengthMs % size === 0) return `${lengthMs / size}${unit}`;
  }
  return `${Math.round(lengthMs / 1000)}s`;
}

export function spanOf(range: Range, nowMs: number): Span {
  if (range.kind === "fixed") return { sinceMs: range.sinceMs, untilMs: range.untilMs };
  return { sinceMs: nowMs - range.lengthMs, untilMs: nowMs };
}

/** The period of the same length that ends where this one begins. */
export function previous(span: Span): Span {
  return { sinceMs: 2 * span.sinceMs - span.untilMs, untilMs: span.sinceMs };
}

/** The least usual step with which a span has no more points than fit. */
export function stepSeconds(span: Span, mostPoints: number): number {
  const least = (span.untilMs - span.sinceMs) / 1000 / mostPoints;
  return STEPS_S.find((step) => step >= least) ?? Math.ceil(least / 86_400) * 86_400;
}

/** The same span on whole steps, so that asking again a moment later gives the same points. */
export function onSteps(span: Span, stepS: number): Span {
  const stepMs = stepS * 1000;
  const untilMs = Math.floor(span.untilMs / stepMs) * stepMs;
  return { sinceMs: Math.ceil(span.sinceMs / stepMs) * stepMs, untilMs };
}

/** The ends of all steps that a span touches: the last one may be under way, and hold what there is of it by now. */
export function onEveryStep(span: Span, stepS: number): Span {
  const stepMs = stepS * 1000;
  return { ...onSteps(span, stepS), untilMs: Math.ceil(span.untilMs / stepMs) * stepMs };
}

/** A span twice as long around the same middle, and not beyond now. */
export function widened(span: Span, nowMs: number): Span {
  const lengthMs = Math.min(2 * (span.untilMs - span.sinceMs), LONGEST_MS);
  const middleMs = (span.sinceMs + span.untilMs) / 2;
  const untilMs = Math.round(Math.min(middleMs + lengthMs / 2, nowMs));
  return { sinceMs: untilMs - lengthMs, untilMs };
}

/** Return the range one length earlier (`-1`) or later (`1`); what would reach beyond now moves on with it. */
export function stepped(range: Range, direction: -1 | 1, nowMs: number): Range {
  const span = spanOf(range, nowMs);
  const lengthMs = span.untilMs - span.sinceMs;
  const sinceMs = Math.round(span.sinceMs + direction * lengthMs);
  if (sinceMs + lengthMs >= nowMs) return { kind: "moving", lengthMs };
  return { kind: "fixed", sinceMs, untilMs: sinceMs + lengthMs };
}
