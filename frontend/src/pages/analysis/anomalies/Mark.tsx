/** One anomaly on a time line: as wide as it lasted, as high as it was strange, a link to all of it. */

import { linkTo, type Place } from "../../../app/location";
import type { Span } from "../../../time/range";
import type { Anomaly } from "../answers";
import { seriesText } from "../words";
import { gradeOf } from "./grades";
import { pathOf, placeOn } from "./lanes";

interface MarkProps {
  readonly anomaly: Anomaly;
  readonly span: Span;
  readonly here: Place;
}

export function Mark({ anomaly, span, here }: MarkProps) {
  const grade = gradeOf(anomaly.score);
  const untilMs = anomaly.until === null ? null : Date.parse(anomaly.until);
  const { left, width } = placeOn(span, Date.parse(anomaly.since), untilMs);
  const label = `${grade.name}: ${seriesText(anomaly.metric, anomaly.labels)}. ${anomaly.text}`;
  return (
    <a
      href={linkTo(pathOf(anomaly), here)}
      aria-label={label}
      title={anomaly.text}
      className="absolute top-0 flex h-7 min-w-1.5 items-center"
      style={{ left: `${Math.min(left, 99)}%`, width: `${width}%` }}
    >
      <span
        className={`w-full rounded-sm border ${grade.form} ${untilMs === null ? "rounded-r-none border-r-4 border-r-current" : ""}`}
      />
    </a>
  );
}
