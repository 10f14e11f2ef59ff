/** A series around an anomaly: with the range that was expected, and how it was the day before. */

import { useQuery } from "@tanstack/react-query";

import { usePeriod } from "../../../app/period";
import { TimeChart } from "../../../charts/TimeChart";
import type { Span } from "../../../time/range";
import { Asked, Note } from "../../../ui/Asked";
import type { Anomaly } from "../answers";
import { type Track, trackOf } from "../tracks";
import { seriesText } from "../words";
import { bandOf } from "./band";

const DAY_MS = 86_400_000;
const HEIGHT = 300;

export function AnomalyChart({ anomaly, span }: { anomaly: Anomaly; span: Span }) {
  const answer = useQuery({
    queryKey: ["around", anomaly.promql, anomaly.labels, span],
    queryFn: ({ signal }) => ask(anomaly, span, signal),
    placeholderData: () => undefined,
    refetchOnWindowFocus: false,
  });
  return (
    <Asked answer={answer}>
      {({ track, before }) =>
        track.times.length === 0 ? (
          <Note title="The series is not kept any more">
            Samples are kept for storage.retention_metrics_days.
          </Note>
        ) : (
          <Chart anomaly={anomaly} span={span} track={track} before={before} />
        )
      }
    </Asked>
  );
}

interface ChartProps {
  readonly anomaly: Anomaly;
  readonly span: Span;
  readonly track: Track;
  /** The same a day earlier. */
  readonly before: Track;
}

function Chart({ anomaly, span, track, before }: ChartProps) {
  const { zoom } = usePeriod();
  const { times, values } = track;
  const band = bandOf(anomaly, times);
  const fromS = Date.parse(anomaly.since) / 1000;
  const toS = anomaly.until === null ? span.untilMs / 1000 : Date.parse(anomaly.until) / 1000;
  return (
    <TimeChart
      label={`${seriesText(anomaly.metric, anomaly.labels)} around the anomaly. ${anomaly.text}`}
      times={times}
      lines={[
        { name: "expected at most", values: band.high, role: "muted" },
        { name: "expected at least", values: band.low, role: "muted" },
        { name: "the day before", values: onto(times, before), role: "muted", dashed: true },
        { name: "seen", values, role: "series-1" },
      ]}
      bands={[[0, 1]]}
      unit={anomaly.unit}
      span={span}
      height={HEIGHT}
      markers={[{ atS: fromS, text: "stood out", role: "bad" }]}
      states={[{ fromS, toS, tone: "bad", text: "stood out" }]}
      onZoom={zoom}
    />
  );
}

/** Lay values on the times of another track; both are on steps of the same length. */
function onto(times: readonly number[], { values }: Track): readonly (number | null)[] {
  return times.map((_, at) => values[at] ?? null);
}

async function ask({ promql, labels }: Anomaly, span: Span, signal: AbortSignal) {
  const [track, before] = await Promise.all([
    trackOf(promql, labels, span, { signal }),
    trackOf(promql, labels, span, { shiftMs: DAY_MS, signal }),
  ]);
  return { track, before };
}
