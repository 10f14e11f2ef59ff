/** Series of several queries, laid out as one chart takes them. */

import { aligned, type Series } from "../../api/prometheus";
import { withBefore } from "../../charts/before";
import type { Line } from "../../charts/TimeChart";
import type { Span } from "../../time/range";
import { apart, namesOf } from "./legend";
import { shownBy } from "./stacking";
import type { Panel } from "./types";

const MOST_LINES = 60;

/** What the queries of a panel found, one list of series for each. */
export type Found = readonly (readonly Series[])[];

export interface Steps extends Span {
  readonly stepS: number;
}

/** Says of which process a series is as people know it, in place of an id that nobody can read. */
export type Names = (metric: Series["metric"]) => Series["metric"];

const NO_NAMES: Names = (metric) => metric;

export interface Laid {
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  /** How many series there are beside those that are shown. */
  readonly more: number;
}

/** Lay out what was found; those beyond the most are counted. */
export function laidOut(found: Found, panel: Panel, steps: Steps, people: Names = NO_NAMES): Laid {
  const all = found.flatMap((series, at) => {
    const query = panel.queries[at];
    const metrics = series.map(({ metric }) => people(metric));
    const names = namesOf(metrics, query?.legend ?? "", query?.expr ?? "");
    return series.map((one, place) => ({ one, name: names[place] ?? "" }));
  });
  const shown = all.slice(0, MOST_LINES);
  const series = shown.map(({ one }) => one);
  const { times, columns } = aligned(series, steps);
  const names = apart(shown.map(({ name }) => name));
  const lines = columns.map((values, at) => ({ name: names[at] ?? "", values }));
  return { times, lines: shownBy(panel.kind, lines), more: all.length - shown.length };
}

/** Put what was found one period earlier behind the lines; stacks and figures stay as they are. */
export function compared(now: Laid, before: Laid | undefined, lengthMs: number): Laid {
  return { ...now, lines: withBefore(now, before, lengthMs) };
}
