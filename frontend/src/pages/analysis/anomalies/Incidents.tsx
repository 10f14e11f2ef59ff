/** What stood out at one time, taken together: the series that began first, and the way to the cause. */

import { linkTo, usePlace } from "../../../app/location";
import { between, quantity, seconds } from "../../../format/quantity";
import { Badge } from "../../../ui/Badge";
import { Card } from "../../../ui/Card";
import { type Anomaly, numberOf } from "../answers";
import { To } from "../links";
import { pathTo } from "../tabs";
import { momentText, seriesText } from "../words";
import { gradeOf, reasonText } from "./grades";
import { type Incident, incidentsOf, pathOf } from "./lanes";

const MOST_INCIDENTS = 30;
const MOST_SERIES = 6;

export function Incidents({ anomalies, nowMs }: { anomalies: readonly Anomaly[]; nowMs: number }) {
  const incidents = incidentsOf(anomalies);
  return (
    <Card title="What belongs together in time, the newest in front">
      <ol className="divide-line divide-y">
        {incidents.slice(0, MOST_INCIDENTS).map((one) => (
          <Row key={one.sinceMs} incident={one} nowMs={nowMs} />
        ))}
      </ol>
      {incidents.length > MOST_INCIDENTS ? (
        <p className="text-quiet mt-2 text-xs">Choose a shorter time for those before.</p>
      ) : null}
    </Card>
  );
}

function Row({ incident, nowMs }: { incident: Incident; nowMs: number }) {
  const { sinceMs, untilMs, anomalies } = incident;
  const left = anomalies.length - MOST_SERIES;
  return (
    <li className="grid gap-x-6 gap-y-2 py-3 text-sm md:grid-cols-[13rem_1fr]">
      <div>
        <div className="font-medium">{momentText(sinceMs)}</div>
        <div className="text-quiet text-xs">
          {untilMs === null ? "" : "for "}
          {seconds(((untilMs ?? nowMs) - sinceMs) / 1000)}
          {untilMs === null ? " by now" : ""}
        </div>
        {untilMs === null ? <Badge tone="bad">lasts</Badge> : null}
        <div className="mt-1 text-xs">
          <To path={pathTo("causes")} more={{ at: String(sinceMs) }}>
            What moved first?
          </To>
        </div>
      </div>
      <ul className="min-w-0 space-y-1.5">
        {anomalies.slice(0, MOST_SERIES).map((one) => (
          <Series key={pathOf(one)} anomaly={one} />
        ))}
        {left > 0 ? <li className="text-quiet text-xs">and {left} more</li> : null}
      </ul>
    </li>
  );
}

function Series({ anomaly }: { anomaly: Anomaly }) {
  const here = usePlace();
  const grade = gradeOf(anomaly.score);
  return (
    <li className="flex gap-2">
      <span aria-hidden="true" className={`${grade.color} mt-0.5 text-[0.7em]`}>
        {grade.sign}
      </span>
      <span className="min-w-0">
        <span className="sr-only">{grade.name}: </span>
        <a className="text-accent break-words hover:underline" href={linkTo(pathOf(anomaly), here)}>
          {seriesText(anomaly.metric, anomaly.labels)}
        </a>
        <span className="text-quiet"> {wordsOf(anomaly)}</span>
      </span>
    </li>
  );
}

/** Return in a few words what was seen, and what was expected. */
export function wordsOf({ reason, value, unit, expectedLow, expectedHigh }: Anomaly): string {
  const seen = `${reasonText(reason)}: ${quantity(numberOf(value), unit)}`;
  if (expectedLow === null || expectedHigh === null) return seen;
  return `${seen}, expected ${between(expectedLow, expectedHigh, unit)}`;
}
