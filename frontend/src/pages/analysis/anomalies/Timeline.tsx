/** Anomalies over time: a lane for each series, above them what fired and what was released. */

import { usePlace } from "../../../app/location";
import { tickText } from "../../../format/moment";
import type { Span } from "../../../time/range";
import { Card } from "../../../ui/Card";
import type { Anomaly } from "../answers";
import { labelsText, metricText } from "../words";
import { GRADES } from "./grades";
import { type Lane, lanesOf, placeOn, ticksOf } from "./lanes";
import { Mark } from "./Mark";
import { BEHIND, ROW } from "./rows";
import { Surroundings } from "./Surroundings";

const MOST_LANES = 40;
const MOST_TICKS = 8;
const MINUTE_MS = 60_000;

interface TimelineProps {
  readonly anomalies: readonly Anomaly[];
  readonly total: number;
  readonly span: Span;
}

export function Timeline({ anomalies, total, span }: TimelineProps) {
  const lanes = lanesOf(anomalies);
  const left = lanes.length - MOST_LANES;
  return (
    <Card title={`What stood out: ${total} ${total === 1 ? "time" : "times"}`} aside={<Legend />}>
      <div className="relative">
        <Ticks span={span} />
        <Surroundings span={span} />
        {lanes.slice(0, MOST_LANES).map((lane) => (
          <LaneRow key={lane.name} lane={lane} span={span} />
        ))}
      </div>
      {left > 0 ? <p className="text-quiet mt-2 text-xs">{left} further series stood out less.</p> : null}
    </Card>
  );
}

function Legend() {
  return (
    <span className="text-quiet hidden items-center gap-3 text-xs sm:flex">
      {GRADES.map(({ name, form }) => (
        <span key={name} className="flex items-center gap-1.5">
          <span aria-hidden="true" className={`inline-block w-2 rounded-sm border ${form}`} />
          {name}
        </span>
      ))}
    </span>
  );
}

function Ticks({ span }: { span: Span }) {
  const lengthMs = span.untilMs - span.sinceMs;
  const offsetMs = -new Date(span.sinceMs).getTimezoneOffset() * MINUTE_MS;
  const ticks = ticksOf(span, MOST_TICKS, offsetMs);
  const hasRoom = (atMs: number) => Math.abs(placeOn(span, atMs, atMs).left - 50) < 47;
  return (
    <div aria-hidden="true" className={`${ROW} text-quiet text-[11px]`}>
      <span className="hidden md:block" />
      <div className="relative h-5">
        {ticks.filter(hasRoom).map((atMs) => (
          <span
            key={atMs}
            className="absolute -translate-x-1/2 whitespace-nowrap"
            style={{ left: `${placeOn(span, atMs, atMs).left}%` }}
          >
            {tickText(atMs / 1000, lengthMs / 1000)}
          </span>
        ))}
      </div>
      <div className={`pointer-events-none absolute top-5 right-0 bottom-0 ${BEHIND}`}>
        {ticks.map((atMs) => (
          <span
            key={atMs}
            className="bg-line absolute inset-y-0 w-px"
            style={{ left: `${placeOn(span, atMs, atMs).left}%` }}
          />
        ))}
      </div>
    </div>
  );
}

function LaneRow({ lane, span }: { lane: Lane; span: Span }) {
  const here = usePlace();
  const [first] = lane.anomalies;
  if (first === undefined) return null;
  return (
    <div className={`${ROW} border-line border-t py-1`}>
      <div className="bg-card relative w-fit max-w-full min-w-0 self-center pr-1 text-xs leading-tight">
        <div className="truncate font-medium">{metricText(first.metric)}</div>
        <div className="text-quiet truncate font-mono text-[11px]">{labelsText(first.labels)}</div>
      </div>
      <div className="relative h-7 self-center overflow-hidden">
        {lane.anomalies.map((one) => (
          <Mark key={one.since} anomaly={one} span={span} here={here} />
        ))}
      </div>
    </div>
  );
}
