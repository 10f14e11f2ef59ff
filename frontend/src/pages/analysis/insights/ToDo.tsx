/** What to do: each advice once, with all that asks for it. */

import { useAnswer } from "../../../api/questions";
import { Asked, Note } from "../../../ui/Asked";
import { Card } from "../../../ui/Card";
import type { Recommendation, Recommendations } from "../answers";
import { Effect } from "./Effect";
import { InsightItem } from "./InsightItem";

const REFRESH_MS = 60_000;

export function ToDo() {
  const answer = useAnswer<Recommendations>("recommendations", {}, REFRESH_MS);
  return (
    <Card title="What to do">
      <Asked answer={answer}>
        {({ recommendations }) =>
          recommendations.length === 0 ? (
            <Note title="Nothing asks to be done">
              Advice follows from what is worth knowing; there is none without data.
            </Note>
          ) : (
            <ol className="divide-line divide-y">
              {recommendations.map((one) => (
                <Item key={one.advice} recommendation={one} />
              ))}
            </ol>
          )
        }
      </Asked>
    </Card>
  );
}

function Item({ recommendation: { advice, why, effect, because } }: { recommendation: Recommendation }) {
  return (
    <li className="py-3 text-sm">
      <div className="flex gap-3">
        <span className="mt-0.5">
          <Effect effect={effect} />
        </span>
        <div className="min-w-0 flex-1">
          <p className="font-medium">{advice}</p>
          <p className="text-quiet mt-0.5">{why}</p>
          <details className="mt-1">
            <summary className="text-accent text-xs">
              {because.length === 1 ? "Why" : `${because.length} reasons`}
            </summary>
            <ul>
              {because.map((one) => (
                <InsightItem key={one.id} insight={one} />
              ))}
            </ul>
          </details>
        </div>
      </div>
    </li>
  );
}
