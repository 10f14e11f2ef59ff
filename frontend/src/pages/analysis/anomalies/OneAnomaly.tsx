/** One anomaly: what was seen and expected, and what happened around it. */

import type { ReactNode } from "react";

import { linkTo, usePlace } from "../../../app/location";
import { useAnswer } from "../../../api/questions";
import { between, quantity, seconds } from "../../../format/quantity";
import { Asked, Note } from "../../../ui/Asked";
import { Badge } from "../../../ui/Badge";
import { Card } from "../../../ui/Card";
import { pathOf as pathOfEndpoint } from "../../endpoints/names";
import { type Anomalies, type Anomaly, numberOf } from "../answers";
import { Moved } from "../causes/Moved";
import { To, ToExplore } from "../links";
import { pathTo } from "../tabs";
import { momentText, seriesText } from "../words";
import { AnomalyChart } from "./AnomalyChart";
import { Around } from "./Around";
import { spanAround } from "./band";
import { gradeOf, rarityText, reasonText } from "./grades";
import { nameOf } from "./lanes";

const REFRESH_MS = 60_000;
const MINUTE_MS = 60_000;

export function OneAnomaly({ sinceMs, name }: { sinceMs: number; name: string }) {
  const answer = useAnswer<Anomalies>("anomalies", askedAt(sinceMs), REFRESH_MS);
  return (
    <Asked answer={answer}>
      {({ anomalies }) => {
        const found = anomalies.find((one) => Date.parse(one.since) === sinceMs && nameOf(one) === name);
        return found ? <All anomaly={found} nowMs={minuteOf(answer.dataUpdatedAt)} /> : <Gone />;
      }}
    </Asked>
  );
}

function askedAt(sinceMs: number): { since: string; until: string } | Record<string, never> {
  if (!Number.isSafeInteger(sinceMs) || sinceMs <= 0) return {};
  return { since: new Date(sinceMs).toISOString(), until: new Date(sinceMs + 1).toISOString() };
}

/** To the minute, so that a chart does not move with every answer. */
function minuteOf(atMs: number): number {
  return Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
}

function Gone() {
  return (
    <Card title="This anomaly is not known any more">
      <Note title="Findings are kept with the events">
        It may be older than storage.retention_events_days, or was held by a process without a storage.
      </Note>
      <p className="mt-3 text-sm">
        <To path={pathTo("anomalies")}>All anomalies</To>
      </p>
    </Card>
  );
}

function All({ anomaly, nowMs }: { anomaly: Anomaly; nowMs: number }) {
  const span = spanAround(anomaly, nowMs);
  const sinceMs = Date.parse(anomaly.since);
  return (
    <div className="grid gap-4">
      <Card
        title={seriesText(anomaly.metric, anomaly.labels)}
        aside={<ToExplore query={anomaly.promql} span={span} />}
      >
        <Facts anomaly={anomaly} nowMs={nowMs} />
        <AnomalyChart anomaly={anomaly} span={span} />
      </Card>
      <Around anomaly={anomaly} span={span} />
      <Moved parameters={{ at: new Date(sinceMs).toISOString() }} noticedMs={sinceMs} />
    </div>
  );
}

function Facts({ anomaly, nowMs }: { anomaly: Anomaly; nowMs: number }) {
  const { value, unit, expectedLow, expectedHigh, rarityHours, since, until, score, reason } = anomaly;
  const grade = gradeOf(score);
  const lastedS = ((until === null ? nowMs : Date.parse(until)) - Date.parse(since)) / 1000;
  const isKnown = expectedLow !== null && expectedHigh !== null;
  return (
    <dl className="mb-4 grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-3 lg:grid-cols-6">
      <Fact name="seen">{quantity(numberOf(value), unit)}</Fact>
      <Fact name="expected">
        {isKnown ? between(expectedLow, expectedHigh, unit) : "nothing of the kind"}
      </Fact>
      <Fact name="in which way">{reasonText(reason)}</Fact>
      <Fact name="how strange">
        <span className={grade.color}>
          <span aria-hidden="true">{grade.sign}</span> {grade.name}
        </span>
      </Fact>
      <Fact name="since">{momentText(since)}</Fact>
      <Fact name={until === null ? "lasts" : "lasted"}>
        {seconds(Math.max(0, lastedS))}
        {until === null ? <Badge tone="bad">still</Badge> : null}
      </Fact>
      {rarityHours === null ? null : <Fact name="seen so far out">{rarityText(rarityHours)}</Fact>}
      <Endpoint labels={anomaly.labels} />
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col-reverse justify-end">
      <dd className="flex flex-wrap gap-x-2 text-sm font-semibold">{children}</dd>
      <dt className="text-quiet text-xs">{name}</dt>
    </div>
  );
}

function Endpoint({ labels }: { labels: Anomaly["labels"] }) {
  const here = usePlace();
  const { http_request_method: method, http_route: route } = labels;
  if (method === undefined || route === undefined) return null;
  return (
    <Fact name="all about">
      <a
        className="text-accent truncate hover:underline"
        href={linkTo(pathOfEndpoint({ method, route }), here)}
      >
        {method} {route}
      </a>
    </Fact>
  );
}
