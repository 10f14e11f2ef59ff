/** One metric: its line over the time, its trend, the steps of its level, and how it goes over shorter times. */

import { useQuery } from "@tanstack/react-query";

import { usePlace } from "../../../app/location";
import { usePeriod } from "../../../app/period";
import { TimeChart } from "../../../charts/TimeChart";
import { quantity } from "../../../format/quantity";
import { Asked, Note } from "../../../ui/Asked";
import { Card } from "../../../ui/Card";
import { type Column, Table } from "../../../ui/Table";
import type { Looked, Trends, TrendWindow } from "../answers";
import { ToExplore } from "../links";

import { NoSeries } from "../MetricPicker";
import { asSentence, momentText, windowText } from "../words";
import { trendsOf, windowsOf } from "./asked";
import { Way } from "./goingColumns";
import { changeText, lengthS, lineOf, paceText, weightOf } from "./pace";

const MOST_SERIES = 12;
const HEIGHT = 220;

interface OneTrendProps {
  readonly metric: string;
  readonly onChoose: (metric: string) => void;
}

export function OneTrend({ metric, onChoose }: OneTrendProps) {
  const { range } = usePeriod();
  const wanted = { range, windows: windowsOf(range), limit: MOST_SERIES };
  const answer = useQuery(trendsOf(metric, wanted));
  return (
    <Asked answer={answer}>
      {(found) =>
        found.series.length === 0 ? (
          <Card title={found.metric}>
            <NoSeries metric={found.metric} near={found.near} onChoose={onChoose} />
          </Card>
        ) : (
          <>
            {ordered(found.series).map((one) => (
              <Series key={JSON.stringify(one.labels)} found={found} looked={one} />
            ))}
            <Left count={found.leftOut} />
          </>
        )
      }
    </Asked>
  );
}

/** What moves most over the whole time comes first. */
function ordered(series: readonly Looked[]): readonly Looked[] {
  return [...series].sort((one, other) => weightOf(other.windows.at(-1)) - weightOf(one.windows.at(-1)));
}

function Left({ count }: { count: number }) {
  if (count === 0) return null;
  return <p className="text-quiet text-xs">{count} further series were not looked at; PromQL names fewer.</p>;
}

function Series({ found, looked }: { found: Trends; looked: Looked }) {
  const told = usePlace().parameters.get("unit") ?? ""; // what is written as PromQL has none of its own
  const unit = found.unit || told;
  const longest = looked.windows.at(-1);
  if (longest === undefined) return null;
  return (
    <Card title={looked.name} aside={<ToExplore query={found.promql} />}>
      {longest.reason ? (
        <Note title={`${asSentence(longest.reason)} over ${windowText(lengthS(longest))}`}>
          Twenty points are needed; a storage keeps the past over restarts.
        </Note>
      ) : (
        <p className="mb-2 text-sm">{longest.text}.</p>
      )}
      <Chart looked={looked} longest={longest} unit={unit} />
      <Steps looked={looked} unit={unit} />
      <Table
        label={`${looked.name} over several times`}
        columns={columnsIn(unit)}
        rows={looked.windows}
        keyOf={(window) => window.start}
      />
    </Card>
  );
}

interface ChartProps {
  readonly looked: Looked;
  readonly longest: TrendWindow;
  readonly unit: string;
}

function Chart({ looked, longest, unit }: ChartProps) {
  const { zoom } = usePeriod();
  const times = looked.points.map(({ time }) => Date.parse(time) / 1000);
  if (times.length < 2) return null;
  return (
    <TimeChart
      label={`${looked.name} and its trend`}
      times={times}
      lines={[
        { name: "values", values: looked.points.map(({ value }) => value), role: "series-1" },
        { name: "trend", values: lineOf(longest, times), role: "series-2", dashed: true },
      ]}
      unit={unit}
      span={{ sinceMs: Date.parse(longest.start), untilMs: Date.parse(longest.end) }}
      markers={looked.changes.map(({ time, text }) => ({ atS: Date.parse(time) / 1000, text, role: "warn" }))}
      height={HEIGHT}
      onZoom={zoom}
    />
  );
}

function Steps({ looked, unit }: { looked: Looked; unit: string }) {
  if (looked.changes.length === 0) return null;
  return (
    <ul className="my-3 space-y-1 text-sm">
      {looked.changes.map(({ time, before, after, sizeLow, sizeHigh }) => (
        <li key={time}>
          <span aria-hidden="true" className="text-warn">
            ┃
          </span>{" "}
          A step at {momentText(time)}: {quantity(before, unit)} → {quantity(after, unit)}{" "}
          <span className="text-quiet">
            (by {quantity(sizeLow, unit)} to {quantity(sizeHigh, unit)})
          </span>
        </li>
      ))}
    </ul>
  );
}

function columnsIn(unit: string): readonly Column<TrendWindow>[] {
  return [
    { name: "Over", cell: (window) => windowText(lengthS(window)) },
    {
      name: "Way",
      cell: (window) =>
        window.reason ? <span className="text-quiet">{window.reason}</span> : <Way window={window} />,
    },
    { name: "From, to", cell: (window) => changeText(window, unit) },
    { name: "How fast", cell: (window) => paceText(window, unit) },
    {
      name: "By chance",
      isNumber: true,
      isExtra: true,
      cell: ({ pValue, reason }) => (reason ? "" : quantity(pValue, "1")),
    },
  ];
}
