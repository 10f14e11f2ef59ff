/** What a panel shows: lines, stacked areas, a figure or a table; or why it shows nothing. */

import { useRef } from "react";

import { usePeriod } from "../../app/period";
import { TimeChart } from "../../charts/TimeChart";
import type { Marker } from "../../charts/TimeChart";
import { quantity } from "../../format/quantity";
import { Asked, Note } from "../../ui/Asked";
import { type Chart, useChartOf, useRowsOf } from "./asking";
import { Figures } from "./Figures";
import { Rows } from "./Rows";
import { bandsOf } from "./stacking";
import { useTurn } from "./useTurn";
import type { Panel as Panels } from "./types";
import { useInSight } from "./useInSight";

interface PanelProps {
  readonly panel: Panels;
  readonly markers?: readonly Marker[];
}

export function Panel({ panel, markers = [] }: PanelProps) {
  const place = useRef<HTMLDivElement>(null);
  const isInSight = useInSight(place);
  const parts = { panel, isInSight, markers };
  return (
    <div ref={place} className="min-h-0 flex-1 overflow-auto">
      {panel.kind === "table" ? <TablePanel {...parts} /> : <ChartPanel {...parts} />}
    </div>
  );
}

interface PartProps extends Required<PanelProps> {
  readonly isInSight: boolean;
}

function TablePanel({ panel, isInSight }: PartProps) {
  const answer = useRowsOf(panel, { isInSight });
  return (
    <Asked answer={answer}>
      {(rows) => (rows.length === 0 ? <Nothing /> : <Rows rows={rows} panel={panel} />)}
    </Asked>
  );
}

function ChartPanel({ panel, isInSight, markers }: PartProps) {
  const answer = useChartOf(panel, { isInSight });
  const data = useTurn(answer.data);
  if (data === undefined || answer.data === undefined) return <Asked answer={answer}>{() => null}</Asked>;
  if (data.lines.length === 0) return <Nothing />;
  if (panel.kind === "figure") return <Figures panel={panel} chart={data} />;
  return <Lines panel={panel} chart={data} markers={markers} />;
}

interface LinesProps {
  readonly panel: Panels;
  readonly chart: Chart;
  readonly markers: readonly Marker[];
}

function Lines({ panel, chart, markers }: LinesProps) {
  const { zoom } = usePeriod();
  const { times, lines, span, more } = chart;
  return (
    <div className="flex h-full flex-col">
      <TimeChart
        label={`${panel.title} over time`}
        times={times}
        lines={lines}
        unit={panel.unit}
        span={span}
        bands={bandsOf(panel.kind, lines)}
        markers={markers}
        height="fill"
        onZoom={zoom}
        {...(panel.threshold === null ? {} : { threshold: panel.threshold })}
      />
      {more > 0 ? (
        <p className="text-quiet px-2 text-xs">{quantity(more)} more series are not shown.</p>
      ) : null}
    </div>
  );
}

function Nothing() {
  return (
    <Note title="No series">
      Nothing that its queries ask for was recorded in this time. Look at a longer time, take filters away, or
      change the queries.
    </Note>
  );
}
