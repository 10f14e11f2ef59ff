/** A state in a word, told by its form as well as by its colour. */

export type Tone = "good" | "warn" | "bad" | "muted";

const SIGNS: Readonly<Record<Tone, string>> = { good: "●", warn: "▲", bad: "■", muted: "○" };
const COLORS: Readonly<Record<Tone, string>> = {
  good: "text-good",
  warn: "text-warn",
  bad: "text-bad",
  muted: "text-muted",
};

export function Badge({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap ${COLORS[tone]}`}>
      <span aria-hidden="true" className="text-[0.7em]">
        {SIGNS[tone]}
      </span>
      <span className="font-medium">{children}</span>
    </span>
  );
}

const TONES: Readonly<Record<string, Tone>> = {
  healthy: "good",
  ok: "good",
  met: "good",
  degraded: "warn",
  burning: "warn",
  warning: "warn",
  pending: "warn",
  unhealthy: "bad",
  critical: "bad",
  firing: "bad",
  breached: "bad",
  exhausted: "bad",
};

/** Return how a word of the API is shown; one that is not known is neither good nor bad. */
export function toneOf(word: string | null | undefined): Tone {
  return TONES[word ?? ""] ?? "muted";
}
