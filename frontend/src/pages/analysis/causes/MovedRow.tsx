/** One series that moved: when it began, how, how surprising that is, and how it looked. */

import { TimeChart } from "../../../charts/TimeChart";
import { quantity } from "../../../format/quantity";
import type { Span } from "../../../time/range";
import { type Movement, numberOf } from "../answers";
import { ToExplore } from "../links";
import { labelsText, metricText, momentText, seriesText } from "../words";
import { besideText, howSign, howText, surpriseText } from "./movement";

const HEIGHT = 110;

interface MovedRowProps {
  readonly movement: Movement;
  readonly place: number;
  /** When something was noticed; nothing where no time was named. */
  readonly startMs: number | null;
  readonly span: Span;
}

export function MovedRow({ movement, place, startMs, span }: MovedRowProps) {
  const { metric, labels, how, unit, before, after } = movement;
  return (
    <li className="grid gap-x-6 gap-y-2 py-3 text-sm md:grid-cols-[2rem_17rem_1fr]">
      <span className="text-quiet text-lg font-semibold">{place}</span>
      <div className="min-w-0">
        <div className="font-medium break-words">{metricText(metric)}</div>
        <div className="text-quiet font-mono text-[13px] break-words">{labelsText(labels)}</div>
        <div className="mt-1">
          <span aria-hidden="true" className="text-bad font-semibold">
            {howSign(how)}
          </span>{" "}
          {howText(how)}
        </div>
        <div>
          {quantity(numberOf(before), unit)} <span aria-label="to">→</span>{" "}
          <span className="font-medium">{quantity(numberOf(after), unit)}</span>
        </div>
        <Beginning movement={movement} startMs={startMs} />
      </div>
      <div className="min-w-0">
        <Chart movement={movement} startMs={startMs} span={span} />
      </div>
    </li>
  );
}

function Beginning({ movement, startMs }: { movement: Movement; startMs: number | null }) {
  const { onset, surprise, followers, promql } = movement;
  const onsetMs = Date.parse(onset);
  const span = { sinceMs: onsetMs - 3_600_000, untilMs: onsetMs + 3_600_000 };
  return (
    <div className="text-quiet mt-1 text-xs">
      since {momentText(onset)}
      {startMs === null ? "" : `, ${besideText(onsetMs, startMs)}`}
      <br />
      by its own past {surpriseText(surprise)}
      {followers > 0 ? `; ${followers} moved soon after` : ""}
      <br />
      <ToExplore query={promql} span={span} />
    </div>
  );
}

function Chart({ movement, startMs, span }: Omit<MovedRowProps, "place">) {
  const { metric, labels, points, onset, unit, text } = movement;
  const times = points.map(({ time }) => Date.parse(time) / 1000);
  const name = seriesText(metric, labels);
  const begun = { atS: Date.parse(onset) / 1000, text: "began", role: "bad" };
  const noticed = startMs === null ? [] : [{ atS: startMs / 1000, text: "noticed", role: "quiet" }];
  return (
    <TimeChart
      label={text}
      times={times}
      lines={[{ name, values: points.map(({ value }) => numberOf(value)) }]}
      unit={unit}
      span={span}
      markers={[begun, ...noticed]}
      height={HEIGHT}
    />
  );
}
