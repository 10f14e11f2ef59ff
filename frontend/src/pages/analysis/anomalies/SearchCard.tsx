/** Look for anomalies in any series: what came before the window teaches what is usual. */

import { useQuery } from "@tanstack/react-query";

import { post } from "../../../api/client";
import { useChange, usePlace } from "../../../app/location";
import { usePeriod } from "../../../app/period";
import { TimeChart } from "../../../charts/TimeChart";
import { spanOf } from "../../../time/range";
import { Asked } from "../../../ui/Asked";
import { Card } from "../../../ui/Card";
import { numberOf, type Search } from "../answers";

import { MetricPicker, NoSeries } from "../MetricPicker";
import { asSentence, momentText, seriesText } from "../words";
import { rarityText } from "./grades";
import { wordsOf } from "./Incidents";

const MOST_SHOWN = 8;
const LONGEST_MS = 31 * 86_400_000;

type Searched = Search["series"][number];

export function SearchCard() {
  const change = useChange();
  const searched = usePlace().parameters.get("search") ?? "";
  const choose = (search: string) => change({ search });
  return (
    <Card title="Look through any series">
      <MetricPicker key={searched} label="Metric or PromQL" value={searched} onChoose={choose} />
      {searched ? <Found metric={searched} onChoose={choose} /> : null}
    </Card>
  );
}

function Found({ metric, onChoose }: { metric: string; onChoose: (metric: string) => void }) {
  const { range } = usePeriod();
  const answer = useQuery({
    queryKey: ["anomalies/detect", metric, range],
    queryFn: () => {
      const span = spanOf(range, Date.now());
      const lengthMs = Math.min(span.untilMs - span.sinceMs, LONGEST_MS);
      const window = `${Math.round(lengthMs / 1000)}s`;
      const end = new Date(span.untilMs).toISOString();
      return post<Search>("anomalies/detect", { metric, window, end, points: true });
    },
    staleTime: Infinity, // it is asked for at most ten times a minute
    refetchOnWindowFocus: false,
    placeholderData: () => undefined,
    retry: false,
  });
  return (
    <div className="mt-4">
      <Asked answer={answer}>
        {(found) => (
          <>
            {found.series.length === 0 ? (
              <NoSeries metric={found.metric} near={found.near} onChoose={onChoose} />
            ) : null}
            <div className="grid gap-5 xl:grid-cols-2">
              {ordered(found.series).map((one) => (
                <One key={JSON.stringify(one.labels)} found={found} searched={one} />
              ))}
            </div>
            <Left count={found.series.length - MOST_SHOWN + found.leftOut} />
          </>
        )}
      </Asked>
    </div>
  );
}

function ordered(series: readonly Searched[]): readonly Searched[] {
  const strangest = ({ anomalies }: Searched) => Math.max(0, ...anomalies.map((one) => one.score));
  return [...series].sort((one, other) => strangest(other) - strangest(one)).slice(0, MOST_SHOWN);
}

function Left({ count }: { count: number }) {
  if (count <= 0) return null;
  return (
    <p className="text-quiet mt-3 text-xs">{count} further series stood out less, or were not looked at.</p>
  );
}

function One({ found, searched }: { found: Search; searched: Searched }) {
  const { labels, anomalies, points, reason } = searched;
  const name = seriesText(found.metric, labels);
  return (
    <section aria-label={name} className="min-w-0">
      <h3 className="truncate text-sm font-medium">{name}</h3>
      <TimeChart
        label={`${name}: ${anomalies.length} times something stood out`}
        times={points.map(({ time }) => Date.parse(time) / 1000)}
        lines={[{ name, values: points.map(({ value }) => numberOf(value)) }]}
        unit={found.unit}
        span={{ sinceMs: Date.parse(found.start), untilMs: Date.parse(found.end) }}
        markers={anomalies.map((one) => ({
          atS: Date.parse(one.since) / 1000,
          text: wordsOf(one),
          role: "bad",
        }))}
      />
      {reason ? <p className="text-quiet text-xs">{asSentence(reason)}.</p> : null}
      {!reason && anomalies.length === 0 ? <p className="text-quiet text-xs">Nothing stood out.</p> : null}
      <ul className="text-xs">
        {anomalies.map((one) => (
          <li key={one.since}>
            <span className="font-medium">{momentText(one.since)}</span>{" "}
            <span className="text-quiet">
              {wordsOf(one)}
              {one.rarityHours === null ? "" : `, seen ${rarityText(one.rarityHours)}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
