/** What the health score is made of: each part, how well it does, and why. */

import type { HealthReport } from "../../api/types";
import { Card } from "../../ui/Card";
import { Ring } from "../overview/Ring";

const GOOD = 90;
const FAIR = 60;

export function Score({ score, parts }: { score: number | null | undefined; parts: HealthReport["parts"] }) {
  if (score === null || score === undefined) return null;
  return (
    <Card title="Health score">
      <div className="flex justify-center pb-3">
        <Ring score={score} status={statusOf(score)} />
      </div>
      <ul className="space-y-3 text-sm">
        {[...parts]
          .sort((one, other) => one.score - other.score)
          .map((part) => (
            <li key={part.name}>
              <span className="flex justify-between gap-3">
                <span className="font-medium">{part.name}</span>
                <span>{Math.round(part.score)}</span>
              </span>
              <span aria-hidden="true" className="bg-raised mt-1 block h-1.5 overflow-hidden rounded-full">
                <span
                  className="block h-full rounded-full"
                  style={{ width: `${part.score}%`, background: `var(--${toneOf(part.score)})` }}
                />
              </span>
              {part.why ? <span className="text-quiet mt-1 block text-xs">{part.why}</span> : null}
            </li>
          ))}
      </ul>
    </Card>
  );
}

function statusOf(score: number): string {
  if (score >= GOOD) return "healthy";
  return score >= FAIR ? "degraded" : "unhealthy";
}

function toneOf(score: number): string {
  if (score >= GOOD) return "good";
  return score >= FAIR ? "warn" : "bad";
}
