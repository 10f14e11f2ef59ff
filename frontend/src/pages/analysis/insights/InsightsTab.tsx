/** What is worth knowing and what to do about it, each with what it stands on. */

import { useAnswer } from "../../../api/questions";
import { useChange, usePlace } from "../../../app/location";
import { Asked, Note } from "../../../ui/Asked";
import { Button } from "../../../ui/Button";
import { Card } from "../../../ui/Card";
import type { Insights } from "../answers";
import { asSentence } from "../words";
import { InsightItem } from "./InsightItem";
import { kindsOf } from "./kinds";
import { ToDo } from "./ToDo";

const REFRESH_MS = 60_000;
const MOST = 200;

export function InsightsTab() {
  const answer = useAnswer<Insights>("insights", { limit: MOST }, REFRESH_MS);
  return (
    <div className="grid gap-4 xl:grid-cols-[2fr_3fr] xl:items-start">
      <ToDo />
      <Card title="Worth knowing, what matters most in front">
        <Asked answer={answer}>{(found) => <Found found={found} />}</Asked>
      </Card>
    </div>
  );
}

function Found({ found: { insights, problems } }: { found: Insights }) {
  const chosen = usePlace().parameters.get("kind") ?? "";
  const shown = insights.filter((one) => !chosen || one.kind === chosen);
  const failing = Object.entries(problems);
  return (
    <>
      <Kinds insights={insights} chosen={chosen} />
      {shown.length === 0 ? (
        <Note title="Nothing is worth a word now">
          Errors, latency, the database, caches and the system are looked at; a sentence needs enough requests
          behind it. Rules of your own are named in analytics.insight_files.
        </Note>
      ) : (
        <ul className="divide-line divide-y">
          {shown.map((one) => (
            <InsightItem key={one.id} insight={one} />
          ))}
        </ul>
      )}
      {failing.length > 0 ? (
        <details className="mt-3 text-sm">
          <summary className="text-warn">{failing.length} rules could not be asked</summary>
          <ul className="text-quiet mt-1 space-y-1 text-xs">
            {failing.map(([rule, why]) => (
              <li key={rule}>
                {rule}: {why}
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </>
  );
}

function Kinds({ insights, chosen }: { insights: Insights["insights"]; chosen: string }) {
  const change = useChange();
  const kinds = kindsOf(insights);
  if (kinds.length < 2) return null;
  return (
    <div role="group" aria-label="Only of one kind" className="mb-2 flex flex-wrap gap-2">
      <Button aria-pressed={chosen === ""} className={PRESSED} onClick={() => change({ kind: "" }, true)}>
        All {insights.length}
      </Button>
      {kinds.map(({ kind, count }) => (
        <Button
          key={kind}
          aria-pressed={chosen === kind}
          className={PRESSED}
          onClick={() => change({ kind }, true)}
        >
          {asSentence(kind)} {count}
        </Button>
      ))}
    </div>
  );
}

const PRESSED = "aria-pressed:bg-raised aria-pressed:font-semibold aria-pressed:border-accent";
