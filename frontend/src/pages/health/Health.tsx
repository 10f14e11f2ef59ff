/** Every check: how it is, since when, what to do, and how it stood through time. */

import { useAnswer } from "../../api/questions";
import type { HealthHistory, HealthReport } from "../../api/types";
import { usePeriod } from "../../app/period";
import { spanOf } from "../../time/range";
import { Asked, Note } from "../../ui/Asked";
import { Badge, toneOf } from "../../ui/Badge";
import { Card } from "../../ui/Card";
import { Check } from "./Check";
import { Score } from "./Score";
import { gravestFirst } from "./order";

const REFRESH_MS = 5000;
const HISTORY_MS = 30_000;
const MOST_RESULTS = 1000;

export default function Health() {
  const { asked, range } = usePeriod();
  const report = useAnswer<HealthReport>("health", {}, REFRESH_MS);
  const history = useAnswer<HealthHistory>("health/history", { ...asked, limit: MOST_RESULTS }, HISTORY_MS);
  const results = history.data?.results ?? [];
  return (
    <Asked answer={report}>
      {({ checks, status, at, notReady, score, parts }) => (
        <div className="grid items-start gap-4 xl:grid-cols-[1fr_20rem]">
          <Card
            title={checks.length === 1 ? "1 check" : `${checks.length} checks`}
            aside={<Badge tone={toneOf(status)}>{status}</Badge>}
          >
            {notReady.length > 0 ? <Note title="Not ready for requests">{notReady.join(", ")}</Note> : null}
            {checks.length === 0 ? (
              <Note title="There are no checks yet">monitoring.health.check adds one of your own.</Note>
            ) : (
              <ul className="divide-line divide-y">
                {gravestFirst(checks).map((check) => (
                  <Check
                    key={check.name}
                    check={check}
                    results={results.filter((one) => one.check === check.name)}
                    span={spanOf(range, Date.parse(at))}
                  />
                ))}
              </ul>
            )}
          </Card>
          <Score score={score} parts={parts} />
        </div>
      )}
    </Asked>
  );
}
