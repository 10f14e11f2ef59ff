/** Matchers as people write them, and the lengths that a silence usually has. */

import { parseDuration } from "../../../time/range";
import type { MatcherGiven } from "../doing";
import type { Labels, Matcher, Silence } from "../answers";

export const LENGTHS = ["30m", "1h", "4h", "1d", "7d"] as const;

/** Read one matcher a line; what is blank is left out. */
export function linesOf(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

const SIGNS = { equal: ["=", "=~"], other: ["!=", "!~"] } as const;

/** What a name cannot hold without quotes around it. */
const RESERVED = /[\s{}!=~,\\"'`]/;

/** Write a matcher as it was written. */
export function matcherText({ name, value, isRegex, isEqual }: Matcher): string {
  const sign = SIGNS[isEqual ? "equal" : "other"][isRegex ? 1 : 0];
  return `${RESERVED.test(name) ? JSON.stringify(name) : name}${sign}${JSON.stringify(value)}`;
}

/** Labels that have to be equal, without those that were left out. */
export function equalTo(labels: Labels, leftOut: ReadonlySet<string>): readonly MatcherGiven[] {
  return Object.entries(labels)
    .filter(([name]) => !leftOut.has(name))
    .map(([name, value]) => ({ name, value }));
}

/** Return what is wrong with a length, as somebody types it; nothing where it is one. */
export function lengthProblem(text: string): string | undefined {
  const found = /^(\d+[smhdw])+$/.test(text.trim());
  const isNothing = parseDuration(text.trim()) === null && /^0+[smhdw]$/.test(text.trim());
  return found && !isNothing ? undefined : "Expected a length such as 90m, 4h or 2d.";
}

/** Write how long a silence still holds, or when it begins. */
export function leftMs({ state, endsAt, startsAt }: Silence, nowMs: number): number {
  return Date.parse(state === "pending" ? startsAt : endsAt) - nowMs;
}
