/** What comes next in each series of a metric: a line, its band, and when a limit is reached. */

import { usePlace } from "../../../app/location";
import { TimeChart } from "../../../charts/TimeChart";
import { quantity } from "../../../format/quantity";
import { Asked, Note } from "../../../ui/Asked";
import { Badge } from "../../../ui/Badge";
import { Card } from "../../../ui/Card";
import type { Continued, Forecast } from "../answers";
import { useOnce } from "../asking";
import { ToExplore } from "../links";
import { Near } from "../MetricPicker";
import { asSentence, seriesText } from "../words";
import { columnsOf, horizonOf } from "./columns";
import { outcomeOf, whenText } from "./outcome";

const MOST_SHOWN = 8;
const HEIGHT = 260;

interface AheadProps {
  readonly metric: string;
  readonly onChoose: (metric: string) => void;
}

export function Ahead({ metric, onChoose }: AheadProps) {
  const { parameters } = usePlace();
  const horizon = horizonOf(parameters.get("horizon"));
  const limit = parameters.get("limit") ?? "";
  const unit = parameters.get("unit") ?? ""; // what is written as PromQL has none of its own
  const answer = useOnce<Forecast>("forecasts/asked", { query: metric, horizon, limit });
  return (
    <Asked answer={answer}>
      {(found) =>
        found.series.length === 0 ? (
          <Card title={found.metric}>
            <Note title="There is no such series">Nothing was recorded of it.</Note>
            <Near names={found.near} onChoose={onChoose} />
          </Card>
        ) : (
          <>
            {found.series.slice(0, MOST_SHOWN).map((one) => (
              <Series
                key={JSON.stringify(one.labels)}
                found={{ ...found, unit: found.unit || unit }}
                continued={one}
              />
            ))}
            <Left count={found.series.length - MOST_SHOWN + found.leftOut} />
          </>
        )
      }
    </Asked>
  );
}

function Left({ count }: { count: number }) {
  if (count <= 0) return null;
  return <p className="text-quiet text-xs">{count} further series are not shown; PromQL names fewer.</p>;
}

function Series({ found, continued }: { found: Forecast; continued: Continued }) {
  const { labels, reason, seasons, reach } = continued;
  return (
    <Card title={seriesText(found.metric, labels)} aside={<ToExplore query={found.promql} />}>
      {reason ? (
        <Note title={asSentence(reason)}>
          A forecast learns from the past of the series itself: look less far ahead, or come back later. A
          storage keeps the past over restarts.
        </Note>
      ) : (
        <Chart found={found} continued={continued} />
      )}
      {reach ? <Reach reach={reach} unit={found.unit} /> : null}
      {reason ? null : (
        <p className="text-quiet mt-2 text-xs">
          {quantity(found.level, "1")} of what comes is expected within the band.{" "}
          {seasons.length > 0
            ? `It repeats each ${seasons.join(" and each ")}.`
            : "No season is known of it yet."}
        </p>
      )}
    </Card>
  );
}

function Reach({ reach, unit }: { reach: NonNullable<Continued["reach"]>; unit: string }) {
  const { tone, text } = outcomeOf(reach.outcome);
  return (
    <p className="mt-2 flex flex-wrap gap-x-3 text-sm">
      <span>Its limit of {quantity(reach.limit, unit)}</span>
      <Badge tone={tone}>{text}</Badge>
      <span>{whenText(reach)}</span>
    </p>
  );
}

function Chart({ found, continued }: { found: Forecast; continued: Continued }) {
  const { times, seen, expected, low, high, nowS } = columnsOf(continued);
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) return null;
  const now = nowS === null ? [] : [{ atS: nowS, text: "now", role: "quiet" }];
  return (
    <TimeChart
      label={`${seriesText(found.metric, continued.labels)}: what was and what comes`}
      times={times}
      lines={[
        { name: "at most", values: high, role: "muted" },
        { name: "at least", values: low, role: "muted" },
        { name: "expected", values: expected, role: "series-2", dashed: true },
        { name: "seen", values: seen, role: "series-1" },
      ]}
      bands={[[0, 1]]}
      unit={found.unit}
      span={{ sinceMs: first * 1000, untilMs: last * 1000 }}
      markers={now}
      height={HEIGHT}
      {...(continued.reach ? { threshold: continued.reach.limit } : {})}
    />
  );
}
