/** All answers in one chart, each series under its name. */

import { aligned, type Series } from "../../api/prometheus";
import { useMarkers } from "../../app/markers";
import { usePeriod } from "../../app/period";
import { withBefore } from "../../charts/before";
import { type Line, TimeChart } from "../../charts/TimeChart";
import { Note } from "../../ui/Asked";
import { apart, namesOf } from "../dashboards/legend";
import { bandsOf, shownBy } from "../dashboards/stacking";
import { type Asked, letterOf } from "./asked";
import type { Ranges } from "./asking";
import { unitOf } from "./unit";

const MOST_LINES = 50;
const HEIGHT = 340;

export function Chart({ ranges, asked }: { ranges: Ranges; asked: Asked }) {
  const { zoom } = usePeriod();
  const markers = useMarkers();
  const now = chartOf(ranges, asked);
  const all = now.lines;
  if (all.length === 0) {
    return (
      <Note title="No series">
        Nothing that fits was recorded in this time. A longer time may hold some; the editor completes the
        names that there are.
      </Note>
    );
  }
  const kind = asked.isStacked ? "stacked" : "line";
  const first = all.slice(0, MOST_LINES);
  const lines = asked.isStacked ? shownBy(kind, first) : compared({ ...now, lines: first }, ranges, asked);
  const units = new Set(asked.queries.map(unitOf));
  return (
    <>
      <TimeChart
        label={`${asked.queries.join(", ")} over time`}
        times={now.times}
        lines={lines}
        bands={bandsOf(kind, lines)}
        unit={units.size === 1 ? ([...units][0] ?? "") : ""}
        span={ranges.span}
        markers={markers}
        height={HEIGHT}
        onZoom={zoom}
      />
      {all.length > MOST_LINES ? (
        <p className="text-quiet mt-2 text-xs">
          The first {MOST_LINES} of {all.length} series; topk(10, …) keeps the largest.
        </p>
      ) : null}
    </>
  );
}

interface Lines {
  readonly times: readonly number[];
  readonly lines: readonly Line[];
}

/** The lines of all answers; with several expressions their letters come first. */
function chartOf({ outcomes, steps }: Pick<Ranges, "outcomes" | "steps">, asked: Asked): Lines {
  const { legend, queries } = asked;
  const found = outcomes.flatMap((outcome, at) =>
    "found" in outcome ? named(outcome.found, { legend, query: outcome.query, letter: letterOf(at) }) : [],
  );
  const names = apart(found.map(({ name, letter }) => (queries.length > 1 ? `${letter}: ${name}` : name)));
  const { times, columns } = aligned(
    found.map(({ series }) => series),
    steps,
  );
  return { times, lines: names.map((name, at) => ({ name, values: columns[at] ?? [] })) };
}

/** The lines with those of the period before; a stack has no room for them. */
function compared(now: Lines, { before }: Ranges, asked: Asked): readonly Line[] {
  return withBefore(now, before && chartOf(before, asked), before?.lengthMs ?? 0);
}

interface Named {
  readonly series: Series;
  readonly name: string;
  readonly letter: string;
}

function named(
  several: readonly Series[],
  { legend, query, letter }: { legend: string; query: string; letter: string },
): readonly Named[] {
  const names = namesOf(
    several.map(({ metric }) => metric),
    legend,
    query,
  );
  return several.map((series, at) => ({ series, name: names[at] ?? query, letter }));
}
