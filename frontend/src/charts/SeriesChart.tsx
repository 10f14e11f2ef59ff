/** A chart of what an expression answers, with the markers, the filters and the comparison of the address. */

import type { Series } from "../api/prometheus";
import { lineName } from "../api/lines";
import { useMarkers } from "../app/markers";
import { usePeriod } from "../app/period";
import { useChart, useSeries } from "../app/series";
import { Asked, Note } from "../ui/Asked";
import { HEIGHT, LEGEND } from "./options";
import { TimeChart } from "./TimeChart";
import type { Line } from "./types";

interface SeriesChartProps {
  /** What it shows, for those who do not see it. */
  readonly label: string;
  readonly query: string;
  readonly unit: string;
  /** How a series is called. */
  readonly nameOf?: (series: Series) => string;
  /** Roles of colours by the names of lines. */
  readonly roles?: Readonly<Record<string, string>>;
  readonly height?: number;
  readonly threshold?: number;
  /** How many series are shown at most. */
  readonly most?: number;
  /** Whether the filters of the address hold; they do unless it says `false`. */
  readonly isFiltered?: boolean;
  /** Why there may be nothing, and what to do. */
  readonly none?: string;
}

const MOST = 20;

export function SeriesChart(props: SeriesChartProps) {
  const { label, query, unit, nameOf = nameOfLine, roles = {}, most = MOST, isFiltered = true, none } = props;
  const { zoom } = usePeriod();
  const markers = useMarkers();
  const answer = useSeries(query, { isFiltered });
  const chart = useChart(answer.data, nameOf, most);
  const height = props.height ?? HEIGHT;
  return (
    // As high from the beginning as with lines, so that nothing below it moves when they come.
    <div style={{ minHeight: height + LEGEND }}>
      <Asked answer={answer} height={height + LEGEND}>
        {() =>
          chart === undefined || chart.lines.length === 0 ? (
            <Note title="Nothing in this time">{none ?? "Nothing of the kind was measured."}</Note>
          ) : (
            <TimeChart
              label={label}
              unit={unit}
              times={chart.times}
              span={chart.span}
              lines={chart.lines.map((line) => colored(line, roles))}
              markers={markers}
              onZoom={zoom}
              height={height}
              {...(props.threshold === undefined ? {} : { threshold: props.threshold })}
            />
          )
        }
      </Asked>
    </div>
  );
}

function nameOfLine({ metric }: Series): string {
  return lineName(metric);
}

function colored(line: Line, roles: Readonly<Record<string, string>>): Line {
  const role = roles[line.name];
  return role === undefined ? line : { ...line, role };
}
