/** One endpoint: how much, how often it fails, how long it takes, and which requests to look at. */

import { useAnswer } from "../../api/questions";
import type { OneEndpoint as Answer } from "../../api/types";
import { useFilter } from "../../app/filters";
import { linkTo, usePlace } from "../../app/location";
import { usePeriod } from "../../app/period";
import { SeriesChart } from "../../charts/SeriesChart";
import { fromPercent } from "../../format/quantity";
import { lookbackOf } from "../../time/lookback";
import { Asked } from "../../ui/Asked";
import { Card } from "../../ui/Card";
import { Figure } from "../../ui/Figure";
import { ConcerningCard } from "./ConcerningCard";
import { Durations } from "./Durations";
import { Exemplars } from "./Exemplars";
import { nameOf } from "./names";
import { byClass, failing, latency, whichOf } from "./signals";
import { Statuses } from "./Statuses";
import { useWhich } from "./which";

interface Named {
  readonly method: string;
  readonly route: string;
}

const NO_ROUTE = "(none)";
const CLASS_ROLES = { "2xx": "series-1", "3xx": "series-5", "4xx": "series-2", "5xx": "bad" };
const QUANTILE_ROLES = { p50: "series-1", p95: "series-2", p99: "series-4" };

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
              <Figure
                name="95 of 100 within"
                value={now.latencySeconds.p95}
                unit="s"
                changed={fromPercent(change.p95Percent)}
                moreIs="worse"
              />
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
  const lookback = lookbackOf(usePeriod().range);
  return (
    <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
      <Card title="Requests a minute, by status">
        <SeriesChart
          label={`Requests a minute of ${name}, by status`}
          query={byClass(which, lookback)}
          isFiltered={false}
          unit=""
          roles={CLASS_ROLES}
        />
      </Card>
      <Card title="Share of requests that failed">
        <SeriesChart
          label={`Share of requests of ${name} that failed`}
          query={failing(which, lookback)}
          isFiltered={false}
          nameOf={() => "failed"}
          unit="1"
          roles={{ failed: "bad" }}
        />
      </Card>
      <Card title="Latency">
        <SeriesChart
          label={`Latency of ${name}`}
          query={latency(which, lookback)}
          isFiltered={false}
          unit="s"
          roles={QUANTILE_ROLES}
        />
      </Card>
    </div>
  );
}
