/** The heat map of some requests: asked, laid out, or why there is none. */

import { useMemo } from "react";

import { usePeriod } from "../../app/period";
import { useSeries } from "../../app/series";
import { onEveryStep, spanOf, stepSeconds } from "../../time/range";
import { Asked, Note } from "../../ui/Asked";
import { heatOf } from "./heat";
import { HeatMap } from "./HeatMap";
import { heat, type Which } from "./signals";

const POINTS = 60;
const REFRESH_MS = 30_000;
/** Samples are some seconds apart: an increase over less has none. */
const SHORTEST_S = 60;

export function Durations({ which }: { which: Which }) {
  const { range } = usePeriod();
  const stepS = stepSeconds(spanOf(range, 0), POINTS);
  const query = heat(which, `${Math.max(stepS, SHORTEST_S)}s`);
  const answer = useSeries(query, {
    points: POINTS,
    refreshMs: REFRESH_MS,
    compare: false,
    isFiltered: false,
    // A step may take hours: who looks at a week wants to see what goes on now as well.
    isToNow: true,
  });
  const { data } = answer;
  const found = useMemo(
    () => data && heatOf(data.series, { ...onEveryStep(data.span, data.stepS), stepS: data.stepS }),
    [data],
  );
  return (
    <Asked answer={answer}>
      {({ span, stepS: step }) =>
        found === undefined || found.total === 0 ? (
          <Note title="No durations in this time">
            They come with the second collection after a request; a longer time may hold some.
          </Note>
        ) : (
          <HeatMap heat={found} span={span} stepS={step} />
        )
      }
    </Asked>
  );
}
