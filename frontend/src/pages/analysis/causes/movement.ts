/** How something moved, in words. */

import { digits, seconds } from "../../../format/quantity";

const HOW: Readonly<Record<string, { readonly sign: string; readonly text: string }>> = {
  shift: { sign: "⤒", text: "moved to another level" },
  ramp: { sign: "⟋", text: "went one way" },
  spike: { sign: "∧", text: "jumped and came back" },
  spread: { sign: "≋", text: "began to swing" },
  drop: { sign: "⤓", text: "dropped to nothing" },
  silent: { sign: "∅", text: "went away" },
  new: { sign: "✶", text: "appeared" },
};

export function howText(how: string): string {
  return HOW[how]?.text ?? how;
}

export function howSign(how: string): string {
  return HOW[how]?.sign ?? "•";
}

const SURE_DIGITS = 6;

/** Write how unlikely something is, which is told in digits: 3 is one in a thousand. */
export function surpriseText(power: number): string {
  if (power >= SURE_DIGITS) return "less than once in a million";
  return `once in ${digits(Number((10 ** power).toPrecision(2)))}`;
}

/** Write how long before or after something began. */
export function besideText(onsetMs: number, startMs: number): string {
  const apartS = Math.round((onsetMs - startMs) / 1000);
  if (Math.abs(apartS) < 30) return "at the same time";
  return `${seconds(Math.abs(apartS))} ${apartS < 0 ? "before" : "after"}`;
}
