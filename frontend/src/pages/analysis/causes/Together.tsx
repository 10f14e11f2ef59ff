/** How series go together, and at which lag: any metrics against each other. */

import { useChange, usePlace } from "../../../app/location";
import { usePeriod } from "../../../app/period";
import { seconds } from "../../../format/quantity";
import { lengthOf } from "../../../time/before";
import { durationText } from "../../../time/range";
import { Asked, Note } from "../../../ui/Asked";
import { Button } from "../../../ui/Button";
import { Card } from "../../../ui/Card";
import { type Column, Table } from "../../../ui/Table";
import { Waiting } from "../../../ui/Waiting";
import type { Relations } from "../answers";
import { repeated, useOnce } from "../asking";
import { MetricPicker, Near } from "../MetricPicker";
import { asSentence } from "../words";
import { tooFew, useCounts } from "./counts";

const MOST_SHOWN = 30;
const CHANCE = 0.05;

type Relation = Relations["relations"][number];

export function Together() {
  const change = useChange();
  const { parameters } = usePlace();
  const metrics = (parameters.get("together") ?? "").split("\n").filter(Boolean);
  const choose = (chosen: readonly string[]) => change({ together: [...new Set(chosen)].join("\n") });
  return (
    <Card title="What goes together">
      <p className="text-quiet mb-3 text-sm">
        Add two metrics, or one with several series: each two of them are compared at every lag.
      </p>
      <MetricPicker
        key={metrics.length}
        label="Metric or PromQL"
        value=""
        action="Add"
        onChoose={(one) => choose([...metrics, one])}
      />
      {metrics.length > 0 ? (
        <>
          <Chosen metrics={metrics} onLeave={(one) => choose(metrics.filter((other) => other !== one))} />
          <Counted metrics={metrics} onAdd={(one) => choose([...metrics, one])} />
        </>
      ) : null}
    </Card>
  );
}

interface ChosenProps {
  readonly metrics: readonly string[];
  readonly onLeave: (metric: string) => void;
}

function Chosen({ metrics, onLeave }: ChosenProps) {
  return (
    <ul className="my-3 flex flex-wrap gap-2">
      {metrics.map((one) => (
        <li key={one}>
          <Button aria-label={`Leave out ${one}`} onClick={() => onLeave(one)} className="font-mono">
            {one} <span aria-hidden="true">×</span>
          </Button>
        </li>
      ))}
    </ul>
  );
}

interface CountedProps {
  readonly metrics: readonly string[];
  readonly onAdd: (metric: string) => void;
}

/** What was found, once there is something to compare. */
function Counted({ metrics, onAdd }: CountedProps) {
  const { isAsking, error, counted } = useCounts(metrics);
  if (error) return <Note title="This could not be answered">{error.message}</Note>;
  if (isAsking) return <Waiting height={96} />;
  const why = tooFew(counted);
  if (why === null) return <Found metrics={metrics} />;
  return (
    <>
      <Note title="At least two series are needed">{why}</Note>
      <Near names={counted.flatMap(({ near }) => near)} onChoose={onAdd} />
    </>
  );
}

function Found({ metrics }: { metrics: readonly string[] }) {
  const { range } = usePeriod();
  const window = durationText(lengthOf(range));
  const until = range.kind === "fixed" ? { until: new Date(range.untilMs).toISOString() } : {};
  const path = repeated("correlations", "metric", metrics, { window, ...until });
  const answer = useOnce<Relations>(path);
  return (
    <Asked answer={answer}>
      {({ series, relations, leftOut }) => {
        const sure = relations.filter((one) => (one.falseDiscoveryRate ?? 1) <= CHANCE);
        const nameOf = (at: number) => series[at]?.name ?? "";
        return (
          <>
            {sure.length === 0 ? (
              <Note title="Nothing goes together more than by chance">{whyNothing(relations, window)}</Note>
            ) : (
              <Table
                label="Pairs of series"
                columns={columnsWith(nameOf)}
                rows={sure.slice(0, MOST_SHOWN)}
                keyOf={(one) => `${one.first} ${one.second}`}
              />
            )}
            {leftOut > 0 ? (
              <p className="text-quiet mt-2 text-xs">{leftOut} further series were not compared.</p>
            ) : null}
          </>
        );
      }}
    </Asked>
  );
}

/** Either nothing can be said of any pair, or all of them may be chance. */
function whyNothing(relations: readonly Relation[], window: string): string {
  const reason = relations[0]?.reason ?? "";
  if (reason) return asSentence(reason);
  const pairs = relations.length === 1 ? "1 pair was" : `${relations.length} pairs were`;
  return `${pairs} compared over ${window}.`;
}

function columnsWith(nameOf: (at: number) => string): readonly Column<Relation>[] {
  const name = (at: number) => <span className="font-mono text-[13px] break-all">{nameOf(at)}</span>;
  return [
    { name: "First", cell: (one) => name(one.lagSeconds < 0 ? one.second : one.first) },
    { name: "and then", cell: (one) => name(one.lagSeconds < 0 ? one.first : one.second) },
    {
      name: "later by",
      isNumber: true,
      cell: ({ lagSeconds }) => (lagSeconds === 0 ? "at once" : seconds(Math.abs(lagSeconds))),
    },
    { name: "how closely", cell: ({ coefficient }) => <Closeness coefficient={coefficient ?? 0} /> },
    { name: "points", isNumber: true, isExtra: true, cell: ({ points }) => points },
    { name: "worth", isNumber: true, isExtra: true, cell: ({ worth }) => Math.round(worth) },
  ];
}

/** Both signs from the middle, so that one sees which way without reading. */
function Closeness({ coefficient }: { coefficient: number }) {
  const width = Math.abs(coefficient) * 50;
  return (
    <span className="flex items-center gap-2">
      <span aria-hidden="true" className="bg-raised relative h-2 w-20 rounded-full">
        <span
          className="bg-accent absolute inset-y-0 rounded-full"
          style={{ left: `${coefficient < 0 ? 50 - width : 50}%`, width: `${width}%` }}
        />
      </span>
      {coefficient.toFixed(2)}{" "}
      <span className="text-quiet text-xs">{coefficient < 0 ? "against" : "with"}</span>
    </span>
  );
}
