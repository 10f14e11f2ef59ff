/** When a rule that was tried would have fired: in a sentence, on a chart, alert by alert. */

import { useQuery } from "@tanstack/react-query";

import { aligned, queryRange, seriesName } from "../../../api/prometheus";
import { TimeChart } from "../../../charts/TimeChart";
import { momentText } from "../../../format/moment";
import { seconds } from "../../../format/quantity";
import { onSteps, type Span, stepSeconds } from "../../../time/range";
import { Asked, Note } from "../../../ui/Asked";
import { type Column, Table } from "../../../ui/Table";
import type { Backtest, TrialEpisode, Watched } from "../answers";
import { Bands, Ends } from "../Bands";
import { aboutText, sharedBy, valueText } from "../words";
import { bandsOf, outcomeText } from "./outcome";

const POINTS = 300;
const MOST_LINES = 20;
const MOST_EPISODES = 20;

export function TrialResult({ found }: { found: Backtest }) {
  const span = { sinceMs: Date.parse(found.since), untilMs: Date.parse(found.until) };
  return (
    <div className="mt-4 grid grid-cols-1 gap-3">
      <p role="status" className="text-base font-medium">
        {outcomeText(found)}
      </p>
      {found.watched ? (
        <Watching watched={found.watched} found={found} span={span} />
      ) : (
        <div>
          <Bands label="When it would have been pending and fired" states={bandsOf(found)} span={span} />
          <Ends span={span} />
        </div>
      )}
      {found.episodes.length > 0 ? <Episodes found={found} span={span} /> : null}
      <p className="text-quiet text-xs">Looked at every {seconds(found.intervalSeconds)}.</p>
    </div>
  );
}

interface WatchingProps {
  readonly watched: Watched;
  readonly found: Backtest;
  readonly span: Span;
}

/** The value that the rule compares, so that one sees which threshold would have been better. */
function Watching({ watched, found, span }: WatchingProps) {
  const stepS = stepSeconds(span, POINTS);
  const within = { ...onSteps(span, stepS), stepS };
  const answer = useQuery({
    queryKey: ["trial", watched.expr, within],
    queryFn: ({ signal }) => queryRange({ query: watched.expr, ...within }, signal),
    staleTime: Infinity,
  });
  return (
    <Asked answer={answer}>
      {(series) => {
        if (series.length === 0) {
          return (
            <Note title="Nothing was recorded of it">
              {watched.expr} has no series in this time: check the names, or choose another time.
            </Note>
          );
        }
        const shown = series.slice(0, MOST_LINES);
        const { times, columns } = aligned(shown, within);
        const shared = sharedBy(shown.map(({ metric }) => metric));
        return (
          <TimeChart
            label="What the rule compares, its threshold, and when it would have fired"
            times={times}
            lines={shown.map(({ metric }, at) => ({
              name: aboutText(metric, shared) || seriesName(metric),
              values: columns[at] ?? [],
            }))}
            unit={watched.unit}
            span={span}
            {...(watched.bound === null ? {} : { threshold: watched.bound })}
            states={bandsOf(found)}
            height={240}
            legend={shown.length > 1}
          />
        );
      }}
    </Asked>
  );
}

function Episodes({ found: { episodes, total, until, watched }, span }: { found: Backtest; span: Span }) {
  const columns: readonly Column<TrialEpisode>[] = [
    {
      name: "Would have fired",
      cell: ({ firedAt }) => (firedAt ? momentText(Date.parse(firedAt), span) : "no"),
    },
    { name: "About", cell: ({ labels }) => <span className="font-mono text-xs">{aboutText(labels)}</span> },
    { name: "Lasted", isNumber: true, cell: (one) => lastedText(one, until) },
    { name: "Peak", isNumber: true, cell: ({ peak }) => valueText(peak, watched?.unit) },
  ];
  const shown = episodes.slice(0, MOST_EPISODES);
  return (
    <div>
      <Table
        label="When it would have fired"
        columns={columns}
        rows={shown}
        keyOf={({ labels, pendingAt }) => `${pendingAt} ${JSON.stringify(labels)}`}
      />
      {total > shown.length ? (
        <p className="text-quiet mt-1 text-xs">and {total - shown.length} times before</p>
      ) : null}
    </div>
  );
}

function lastedText({ pendingAt, firedAt, endedAt }: TrialEpisode, until: string): string {
  const lengthMs = Date.parse(endedAt ?? until) - Date.parse(firedAt ?? pendingAt);
  return `${seconds(Math.round(lengthMs / 1000))}${endedAt === null ? ", holds" : ""}`;
}
