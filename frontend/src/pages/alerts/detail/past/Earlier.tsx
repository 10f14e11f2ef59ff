/** The times that an alert fired before. */

import { datedText } from "../../../../format/moment";
import { seconds } from "../../../../format/quantity";
import { Card } from "../../../../ui/Card";
import type { Episode } from "../../answers";
import { valueText } from "../../words";

export function Earlier({ episodes, unit }: { episodes: readonly Episode[]; unit: string }) {
  if (episodes.length === 0) return null;
  return (
    <Card title="The last times that it fired">
      <ul className="grid gap-1.5 text-sm">
        {episodes.map(({ startedAt, endedAt, durationSeconds, value, marks }) => (
          <li key={startedAt} className="flex flex-wrap justify-between gap-x-4">
            <span>
              <time dateTime={startedAt}>{datedText(Date.parse(startedAt))}</time>
              <span className="text-quiet"> with {valueText(value, unit)}</span>
              {marks.length ? <span className="text-quiet">, {marks.join(", ")}</span> : null}
            </span>
            <span className={endedAt === null ? "text-bad" : ""}>
              {endedAt === null ? "fires for " : ""}
              {seconds(Math.round(durationSeconds))}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
