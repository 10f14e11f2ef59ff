/** What moved with an incident, the likeliest beginning in front: a small chart of each. */

import type { Parameters } from "../../../api/client";
import { Asked, Note } from "../../../ui/Asked";
import { Card } from "../../../ui/Card";
import type { Movement, Movements } from "../answers";
import { useOnce } from "../asking";
import { asSentence, momentText } from "../words";
import { MovedRow } from "./MovedRow";

const MOST = 15;

/** Parameters say when, as the route takes them: `at`, `alert`, or `since` with `until`. */
export function Moved({
  parameters,
  noticedMs = null,
}: {
  parameters: Parameters;
  noticedMs?: number | null;
}) {
  const answer = useOnce<Movements>("correlations/moved", { ...parameters, limit: MOST, points: true });
  return (
    <Card title="What moved, the likeliest beginning in front">
      <Asked answer={answer}>
        {(found) =>
          found.moved.length === 0 ? <Nothing found={found} /> : <List found={found} noticedMs={noticedMs} />
        }
      </Asked>
    </Card>
  );
}

function Nothing({ found }: { found: Movements }) {
  const { reason, lookedAt, start, end } = found;
  if (reason) {
    return (
      <Note title={asSentence(reason)}>
        Everything that is measured is looked at, and needs a past three times as long as the window to say
        what is usual: come back later, or name a later time. A storage keeps the past over restarts.
      </Note>
    );
  }
  return (
    <Note title="Nothing moved that chance does not explain">
      {`${lookedAt} series were looked at, from ${momentText(start)} to ${momentText(end)}. Name another time if something was noticed then.`}
    </Note>
  );
}

function List({ found, noticedMs }: { found: Movements; noticedMs: number | null }) {
  const startMs = found.alert ? Date.parse(found.alert.startedAt) : noticedMs;
  const left = found.movedTotal - found.moved.length;
  const untilMs = Date.parse(found.end);
  // The window and as long before it, on every chart: what went away ends in the midst of it.
  const span = { sinceMs: 2 * Date.parse(found.start) - untilMs, untilMs };
  return (
    <>
      <p className="text-quiet mb-2 text-xs">
        Of {found.lookedAt} series {found.movedTotal} moved between {momentText(found.start)} and{" "}
        {momentText(found.end)}. This is a ranking, not a proof: the cause may be something that nobody
        measures.
      </p>
      <ol className="divide-line divide-y">
        {found.moved.map((one, at) => (
          <MovedRow key={nameOf(one)} movement={one} place={at + 1} startMs={startMs} span={span} />
        ))}
      </ol>
      {left > 0 ? <p className="text-quiet mt-2 text-xs">{left} more moved.</p> : null}
    </>
  );
}

function nameOf({ metric, labels }: Movement): string {
  return `${metric}${JSON.stringify(labels)}`;
}
