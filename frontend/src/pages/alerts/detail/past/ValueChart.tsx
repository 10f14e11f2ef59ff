/** How the value of an alert went, against its threshold, with the states of the alert below. */

import { useMarkers } from "../../../../app/markers";
import { useChange } from "../../../../app/location";
import { usePeriod } from "../../../../app/period";
import { chartOf, type Found, useSeries } from "../../../../app/series";
import { TimeChart } from "../../../../charts/TimeChart";
import { Asked, Note } from "../../../../ui/Asked";
import { Button } from "../../../../ui/Button";
import { Card } from "../../../../ui/Card";
import type { AlertDetail, Episode, Labels, Watched } from "../../answers";
import { endsOf, rangeAround, seriesOf, statesOf } from "./states";

interface ValueChartProps {
  readonly rule: string;
  readonly labels: Labels;
  /** What the rule looks at; where that is not known, its whole expression is drawn. */
  readonly watched: Watched | null;
  readonly expr: string;
  readonly alert: AlertDetail | null;
  readonly episodes: readonly Episode[];
}

export function ValueChart({ rule, labels, watched, expr, alert, episodes }: ValueChartProps) {
  const answer = useSeries(watched?.expr ?? expr, { isFiltered: false, compare: false });
  return (
    <Card
      title={watched?.bound === null || watched === null ? "The value" : "The value against its threshold"}
      aside={<Around alert={alert} episodes={episodes} />}
    >
      <Asked answer={answer}>
        {(found) => {
          const one = seriesOf(found.series, labels);
          if (one === undefined) return <Nothing />;
          const only = { ...found, series: [one], before: undefined };
          return <Drawn {...{ rule, watched, found: only, alert, episodes }} />;
        }}
      </Asked>
    </Card>
  );
}

function Nothing() {
  return (
    <Note title="No values in this time">
      The series of this alert was not recorded in the time that is chosen: look at another time, or whether
      what it measures still runs.
    </Note>
  );
}

interface DrawnProps extends Pick<ValueChartProps, "rule" | "watched" | "alert" | "episodes"> {
  readonly found: Found;
}

function Drawn({ rule, watched, found, alert, episodes }: DrawnProps) {
  const { zoom } = usePeriod();
  const markers = useMarkers().filter(({ role }) => role === "accent");
  const chart = chartOf(found, () => "value");
  const bound = watched?.bound ?? null;
  return (
    <TimeChart
      label={`The value of ${rule}${bound === null ? "" : ", its threshold"}, and when it was pending and fired`}
      times={chart.times}
      lines={chart.lines}
      unit={watched?.unit ?? ""}
      span={chart.span}
      {...(bound === null ? {} : { threshold: bound })}
      states={statesOf(alert, episodes, chart.span)}
      markers={markers}
      height={260}
      onZoom={zoom}
    />
  );
}

/** Goes to the time in which one sees how the alert came about. */
function Around({ alert, episodes }: Pick<ValueChartProps, "alert" | "episodes">) {
  const change = useChange();
  const ends = endsOf(alert, episodes[0]);
  if (ends === null) return null;
  const show = () => change({ range: rangeAround(...ends, Date.now()) });
  return <Button onClick={show}>Show how it came about</Button>;
}
