/** One endpoint: how much, how often it fails, how long it takes, and which requests to look at. */

import { useAnswer } from "../../api/questions";
import type { OneEndpoint as Answer } from "../../api/types";
import { useFilter } from "../../app/filters";
import { linkTo, usePlace } from "../../app/location";
import { usePeriod } from "../../app/period";
import { fromPercent } from "../../format/quantity";
import { Asked } from "../../ui/Asked";
import { Card } from "../../ui/Card";
import { Figure } from "../../ui/Figure";
import { ConcerningCard } from "./ConcerningCard";
import { Durations } from "./Durations";
import { Exemplars } from "./Exemplars";
import { nameOf } from "./names";
import { FailedChart, LatencyChart, RequestsChart } from "./SignalCharts";
import { whichOf } from "./signals";
import { SlowestFigure } from "./SlowestFigure";
import { Statuses } from "./Statuses";
import { useWhich } from "./which";

interface Named {
  readonly method: string;
  readonly route: string;
}

const NO_ROUTE = "(none)";

export function OneEndpoint(endpoint: Named) {
  const here = usePlace();
  const which = useWhich(whichOf(endpoint));
  return (
    <div className="grid gap-4">
      <a className="text-accent justify-self-start text-sm hover:underline" href={linkTo("/endpoints", here)}>
        ← all endpoints
      </a>
      <Figures {...endpoint} />
      <Charts which={which} name={nameOf(endpoint)} />
      <div className="grid gap-4 xl:grid-cols-3">
        <Card title="How long requests took" className="xl:col-span-2">
          <Durations which={which} />
        </Card>
        <Card title="Slow requests to look at">
          <Exemplars which={which} />
        </Card>
      </div>
      <ConcerningCard {...endpoint} />
    </div>
  );
}

function Figures(endpoint: Named) {
  const { asked } = usePeriod();
  const { instance } = useFilter();
  const path = `endpoints/${encodeURIComponent(endpoint.route || NO_ROUTE)}`;
  const answer = useAnswer<Answer>(path, { ...asked, method: endpoint.method, instance });
  return (
    <Card title={nameOf(endpoint)}>
      <Asked answer={answer}>
        {({ now, change, statuses }) => (
          <div className="grid gap-4">
            <div className="grid grid-cols-2 gap-4 sm:grid-cols-3 lg:grid-cols-6">
              <Figure
                name="Requests a minute"
                value={now.perMinute}
                unit=""
                changed={fromPercent(change.perMinutePercent)}
              />
              <Figure name="Requests in all" value={now.requests} unit="" />
              <Figure name="Failed" value={now.errorRate} unit="1" />
              <Figure
                name="Mean"
                value={now.latencySeconds.mean}
                unit="s"
                changed={fromPercent(change.meanPercent)}
                moreIs="worse"
              />
              <SlowestFigure now={now} change={change} />
              <Figure name="99 of 100 within" value={now.latencySeconds.p99} unit="s" />
            </div>
            <Statuses statuses={statuses} />
          </div>
        )}
      </Asked>
    </Card>
  );
}

function Charts({ which, name }: { which: string; name: string }) {
  return (
    <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
      <Card title="Requests a minute, by status">
        <RequestsChart which={which} name={name} />
      </Card>
      <Card title="Share of requests that failed">
        <FailedChart which={which} name={name} />
      </Card>
      <Card title="Latency">
        <LatencyChart which={which} name={name} />
      </Card>
    </div>
  );
}
