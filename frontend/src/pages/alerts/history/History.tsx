/** What fired in the time of the page, and for how long. */

import { useMemo } from "react";

import { useAnswer } from "../../../api/questions";
import { linkTo, useChange, usePlace } from "../../../app/location";
import { usePeriod } from "../../../app/period";
import { momentText } from "../../../format/moment";
import { seconds } from "../../../format/quantity";
import { type Span, spanOf } from "../../../time/range";
import { Asked, Note } from "../../../ui/Asked";
import { Badge } from "../../../ui/Badge";
import { Button } from "../../../ui/Button";
import { Card } from "../../../ui/Card";
import { type Column, Table } from "../../../ui/Table";
import type { Episode, History as Answer } from "../answers";
import { Ends } from "../Bands";
import { alertPath } from "../tabs";
import { aboutText, plural, severityTone, summaryOf } from "../words";
import { NoisyRules } from "./Noise";
import { noiseOf } from "./noisy";

const MOST = 500;
const REFRESH_MS = 30_000;

export function History() {
  const { asked, range } = usePeriod();
  const rule = usePlace().parameters.get("rule") ?? "";
  const answer = useAnswer<Answer>(
    "alerts/history",
    { ...asked, rule: rule || undefined, limit: MOST },
    REFRESH_MS,
  );
  return (
    <>
      {rule ? <Only rule={rule} /> : null}
      <Asked answer={answer}>
        {({ episodes, total }) =>
          episodes.length === 0 ? (
            <Card title="What fired">
              <Note title="Nothing fired in this time">
                Choose a longer time at the top. What fired is kept with the storage, and without one as long
                as the process runs.
              </Note>
            </Card>
          ) : (
            <Found episodes={episodes} total={total} span={spanOf(range, answer.dataUpdatedAt)} />
          )
        }
      </Asked>
    </>
  );
}

function Only({ rule }: { rule: string }) {
  const change = useChange();
  return (
    <p className="mb-4 flex flex-wrap items-center gap-3 text-sm">
      Only {rule}
      <Button onClick={() => change({ rule: "" })}>Show all rules</Button>
    </p>
  );
}

interface FoundProps {
  readonly episodes: readonly Episode[];
  readonly total: number;
  readonly span: Span;
}

function Found({ episodes, total, span }: FoundProps) {
  const noise = useMemo(() => noiseOf(episodes, span), [episodes, span]);
  const columns = useColumns(span);
  const title =
    total > episodes.length ? `The newest ${episodes.length} of ${total} times` : plural(total, "time");
  return (
    <div className="grid gap-4">
      <Card title="Rules that fired, the most often in front">
        <NoisyRules found={noise} span={span} />
        <div className="mt-1 md:ml-68">
          <Ends span={span} />
        </div>
      </Card>
      <Card title={title}>
        <Table
          label="What fired"
          columns={columns}
          rows={episodes}
          keyOf={({ fingerprint, startedAt }) => `${fingerprint} ${startedAt}`}
        />
      </Card>
    </div>
  );
}

function useColumns(span: Span): readonly Column<Episode>[] {
  const here = usePlace();
  return useMemo(
    () => [
      { name: "Began", cell: (one) => <Moment at={one.startedAt} span={span} /> },
      {
        name: "Alert",
        cell: (one) => (
          <>
            <a className="font-medium hover:underline" href={linkTo(alertPath(one.fingerprint), here)}>
              {summaryOf(one)}
            </a>
            <span className="text-quiet block text-xs">
              {one.rule} <span className="font-mono">{aboutText(one.labels)}</span>
            </span>
          </>
        ),
      },
      {
        name: "Severity",
        cell: ({ labels }) =>
          labels.severity ? <Badge tone={severityTone(labels.severity)}>{labels.severity}</Badge> : "",
      },
      { name: "Lasted", isNumber: true, cell: lasted },
      { name: "Meanwhile", isExtra: true, cell: ({ marks }) => marks.join(", ") },
    ],
    [here, span],
  );
}

function Moment({ at, span }: { at: string; span: Span }) {
  const atMs = Date.parse(at);
  const isBefore = atMs < span.sinceMs;
  const shown = isBefore ? { sinceMs: atMs, untilMs: span.untilMs } : span;
  return (
    <time dateTime={at} className="whitespace-nowrap">
      {momentText(atMs, shown)}
    </time>
  );
}

function lasted({ endedAt, durationSeconds }: Episode) {
  const text = seconds(Math.round(durationSeconds));
  if (endedAt !== null) return text;
  return <span className="text-bad font-medium whitespace-nowrap">{text}, fires</span>;
}
