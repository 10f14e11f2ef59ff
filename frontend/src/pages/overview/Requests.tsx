/** The golden signals: how much, how often it fails, how long it takes. */

import type { ReactNode } from "react";

import type { Part, PartOf } from "../../api/types";
import { linkTo, usePlace } from "../../app/location";
import { fromPercent } from "../../format/quantity";
import { Figure } from "../../ui/Figure";
import { PartCard } from "../../ui/PartCard";
import { FailedChart, LatencyChart, RequestsChart } from "../endpoints/SignalCharts";
import { SlowestFigure } from "../endpoints/SlowestFigure";

type Signals = PartOf<"requests">;

const ALL = { which: "", height: 150, isFiltered: true };

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
  const perMinuteChange = fromPercent(change.perMinutePercent);
  return (
    <div className="grid gap-6 lg:grid-cols-3">
      <Signal figure={<Figure name="a minute" value={now.perMinute} unit="" changed={perMinuteChange} />}>
        <RequestsChart {...ALL} />
      </Signal>
      <Signal figure={<Figure name="failed" value={now.errorRate} unit="1" />}>
        <FailedChart {...ALL} />
      </Signal>
      <Signal figure={<SlowestFigure now={now} change={change} />}>
        <LatencyChart {...ALL} />
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
