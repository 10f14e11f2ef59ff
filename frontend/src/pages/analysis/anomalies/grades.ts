/** How strange something is, in three grades that differ in form as well as in colour. */

export interface Grade {
  readonly name: "strong" | "clear" | "slight";
  readonly sign: string;
  /** Of the text. */
  readonly color: string;
  /** Of a mark on a time line. */
  readonly form: string;
}

/* A score of a half is the bar itself; two thirds are twice as much evidence, four fifths four times. */
const CLEAR = 2 / 3;
const STRONG = 4 / 5;

export const GRADES: readonly Grade[] = [
  { name: "strong", sign: "■", color: "text-bad", form: "h-6 bg-bad border-bad" },
  { name: "clear", sign: "▲", color: "text-warn", form: "h-4 bg-warn border-warn" },
  { name: "slight", sign: "○", color: "text-muted", form: "h-2.5 bg-card border-muted" },
];
const [STRONGEST, MIDDLE, SLIGHTEST] = GRADES as readonly [Grade, Grade, Grade];

export function gradeOf(score: number): Grade {
  if (score >= STRONG) return STRONGEST;
  return score >= CLEAR ? MIDDLE : SLIGHTEST;
}

const DAY_H = 24;
const YEAR_H = 8766;

/** Write how seldom something is, which is told in hours. */
export function rarityText(hours: number): string {
  if (hours < DAY_H) return `once in ${Math.max(1, Math.round(hours))} h`;
  if (hours < YEAR_H) return `once in ${Math.round(hours / DAY_H)} d`;
  return "less than once a year";
}

const REASONS: Readonly<Record<string, string>> = {
  spike: "far out",
  level_shift: "another level",
  silence: "gone silent",
  spread: "varies unusually",
  novelty: "never seen before",
  seasonal: "unlike this time of day",
  none: "stands out",
};

/** Return in which way something stands out, in words. */
export function reasonText(reason: string): string {
  return REASONS[reason] ?? reason.replaceAll("_", " ");
}
