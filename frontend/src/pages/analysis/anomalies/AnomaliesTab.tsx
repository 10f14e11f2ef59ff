/** What stood out by itself: on a time line, as incidents, or one of them in full. */

import { useAnswer } from "../../../api/questions";
import { usePeriod } from "../../../app/period";
import { spanOf } from "../../../time/range";
import { Asked, Note } from "../../../ui/Asked";
import { Card } from "../../../ui/Card";
import type { Anomalies } from "../answers";

import { Incidents } from "./Incidents";
import { OneAnomaly } from "./OneAnomaly";
import { SearchCard } from "./SearchCard";
import { Timeline } from "./Timeline";

const REFRESH_MS = 30_000;
const MOST = 500;

export function AnomaliesTab({ rest: [sinceText, name] }: { rest: readonly string[] }) {
  if (sinceText !== undefined && name !== undefined) {
    return <OneAnomaly key={`${sinceText}${name}`} sinceMs={Number(sinceText)} name={name} />;
  }
  return <All />;
}

function All() {
  const { asked, range } = usePeriod();
  const answer = useAnswer<Anomalies>("anomalies", { ...asked, limit: MOST }, REFRESH_MS);
  const span = spanOf(range, answer.dataUpdatedAt);
  return (
    <div className="grid gap-4">
      <Asked answer={answer}>
        {({ anomalies, total, watching }) =>
          anomalies.length === 0 ? (
            <Card title="What stood out">
              <Nothing watching={watching} />
            </Card>
          ) : (
            <>
              <Timeline anomalies={anomalies} total={total} span={span} />
              <Incidents anomalies={anomalies} nowMs={answer.dataUpdatedAt} />
            </>
          )
        }
      </Asked>
      <SearchCard />
    </div>
  );
}

function Nothing({ watching }: { watching: boolean }) {
  return watching ? (
    <Note title="Nothing stood out in this time">
      Traffic, errors, latency, processes and the system are watched, a point a minute. A series is judged
      once it has an hour or so of its own past; choose a longer time above, or look through any series below.
    </Note>
  ) : (
    <Note title="Nobody watches">
      No process looks for anomalies now: analytics.enabled is off, or another process that does so does not
      answer. What any series did can be looked through below.
    </Note>
  );
}
