/** The health score as a ring that is as full as it is high. */

import { toneOf } from "../../ui/Badge";

const RADIUS = 42;
const ROUND = 2 * Math.PI * RADIUS;

export function Ring({ score, status }: { score: number | null; status: string }) {
  const text = score === null ? "–" : String(Math.round(score));
  return (
    <svg viewBox="0 0 100 100" role="img" aria-label={`Score ${text} of 100`} className="size-24 shrink-0">
      <circle cx="50" cy="50" r={RADIUS} fill="none" stroke="var(--line)" strokeWidth="9" />
      <circle
        cx="50"
        cy="50"
        r={RADIUS}
        fill="none"
        stroke={`var(--${toneOf(status)})`}
        strokeWidth="9"
        strokeLinecap="round"
        strokeDasharray={`${((score ?? 0) / 100) * ROUND} ${ROUND}`}
        transform="rotate(-90 50 50)"
      />
      <text x="50" y="59" textAnchor="middle" fontSize="28" fontWeight="600" fill="var(--text)">
        {text}
      </text>
    </svg>
  );
}
