/** The golden signals: how much, how often it fails, how long it takes. */

import type { ReactNode } from "react";

import type { Part, PartOf } from "../../api/types";
import { linkTo, usePlace } from "../../app/location";
import { usePeriod } from "../../app/period";
import { SeriesChart } from "../../charts/SeriesChart";
import { fromPercent } from "../../format/quantity";
import { lookbackOf } from "../../time/lookback";
import { Figure } from "../../ui/Figure";
import { PartCard } from "../../ui/PartCard";
import { byClass, failing, latency } from "../endpoints/signals";

type Signals = PartOf<"requests">;

const HEIGHT = 150;
const CLASS_ROLES = { "2xx": "series-1", "3xx": "series-5", "4xx": "series-2", "5xx": "bad" };
const QUANTILE_ROLES = { p50: "series-1", p95: "series-2", p99: "series-4" };

export function Requests({ part }: { part: Part<Signals> }) {
  const here = usePlace();
  return (
    <PartCard
      title="Requests"
      part={part}
      className="lg:col-span-3"
      aside={
        <a className="text-accent text-xs hover:underline" href={linkTo("/endpoints", here)}>
          endpoint by endpoint
        </a>
      }
    >
      {(signals) => <Three {...signals} />}
    </PartCard>
  );
}

function Three({ now, change }: Signals) {
  const lookback = lookbackOf(usePeriod().range);
  return (
    <div className="grid gap-6 lg:grid-cols-3">
      <Signal
        figure={
          <Figure
            name="a minute"
            value={now.perMinute}
            unit=""
            changed={fromPercent(change.perMinutePercent)}
          />
        }
      >
        <SeriesChart
          label="Requests a minute, by status"
          query={byClass("", lookback)}
          isFiltered={false}
          unit=""
          roles={CLASS_ROLES}
          height={HEIGHT}
        />
      </Signal>
      <Signal figure={<Figure name="failed" value={now.errorRate} unit="1" />}>
        <SeriesChart
          label="Share of requests that failed"
          query={failing("", lookback)}
          isFiltered={false}
          nameOf={() => "failed"}
          unit="1"
          roles={{ failed: "bad" }}
          height={HEIGHT}
        />
      </Signal>
      <Signal
        figure={
          <Figure
            name="95 of 100 within"
            value={now.latencySeconds.p95}
            unit="s"
            changed={fromPercent(change.p95Percent)}
            moreIs="worse"
          />
        }
      >
        <SeriesChart
          label="Latency: what 50, 95 and 99 of 100 requests stay within"
          query={latency("", lookback)}
          isFiltered={false}
          unit="s"
          roles={QUANTILE_ROLES}
          height={HEIGHT}
        />
      </Signal>
    </div>
  );
}

function Signal({ figure, children }: { figure: ReactNode; children: ReactNode }) {
  return (
    <div className="min-w-0 space-y-2">
      {figure}
      {children}
    </div>
  );
}
