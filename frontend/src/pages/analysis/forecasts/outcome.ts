/** Whether a limit is reached, in a word and with its tone. */

import type { Tone } from "../../../ui/Badge";
import { momentText } from "../words";

const OUTCOMES: Readonly<Record<string, { readonly tone: Tone; readonly text: string }>> = {
  reached: { tone: "bad", text: "reached" },
  expected: { tone: "bad", text: "is going to be reached" },
  possible: { tone: "warn", text: "may be reached" },
  "not within the horizon": { tone: "good", text: "not in sight" },
};

export function outcomeOf(outcome: string | null): { readonly tone: Tone; readonly text: string } {
  return OUTCOMES[outcome ?? ""] ?? { tone: "muted", text: outcome ?? "not known yet" };
}

interface When {
  readonly earliest: string | null;
  readonly expected: string | null;
  readonly latest: string | null;
}

/** Write when that is; in 8 of 10 cases it is between the two ends. */
export function whenText({ earliest, expected, latest }: When): string {
  if (earliest === null && expected === null) return "";
  const about = expected === null ? "" : `about ${momentText(expected)}`;
  const from = earliest === null ? "" : momentText(earliest);
  if (!from) return about;
  const between = latest === null ? `${from} at the earliest` : `${from} to ${momentText(latest)}`;
  return about ? `${about} (${between})` : between;
}
