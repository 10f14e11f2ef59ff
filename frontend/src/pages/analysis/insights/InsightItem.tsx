/** One thing worth knowing: its sentence, and on demand what it stands on. */

import { type ReactNode, useState } from "react";

import { TimeChart } from "../../../charts/TimeChart";
import { ago } from "../../../format/moment";
import { quantity, seconds } from "../../../format/quantity";
import { Asked, Note } from "../../../ui/Asked";
import { type Insight, numberOf } from "../answers";
import { ToExplore } from "../links";
import { useAskedColumns } from "../tracks";
import { labelsText } from "../words";
import { Effect } from "./Effect";

const MOST_LINES = 8;
const LEAST_S = 3600;
const TIMES = 6;

export function InsightItem({ insight }: { insight: Insight }) {
  const { sentence, effect, isNew, kind, since, evidence } = insight;
  return (
    <li className="flex gap-3 py-3 text-sm">
      <span className="mt-0.5">
        <Effect effect={effect} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="font-medium">
          {sentence}{" "}
          {isNew ? <span className="bg-accent text-card ml-1 rounded px-1.5 py-0.5 text-xs">new</span> : null}
        </p>
        <p className="text-quiet mt-1 text-xs">
          {kind}, since {ago(Date.parse(since), Date.parse(evidence.at))}
        </p>
        <Evidence insight={insight} />
      </div>
    </li>
  );
}

function Evidence({ insight: { evidence, labels } }: { insight: Insight }) {
  const [isOpen, setOpen] = useState(false);
  const others = Object.entries(evidence.values);
  return (
    <details className="mt-1" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="text-accent text-xs">What it stands on</summary>
      <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs">
        <Fact name="value">{quantity(numberOf(evidence.value))}</Fact>
        {others.map(([name, value]) => (
          <Fact key={name} name={name}>
            {quantity(numberOf(value))}
          </Fact>
        ))}
        {evidence.windowSeconds > 0 ? <Fact name="over">{seconds(evidence.windowSeconds)}</Fact> : null}
        {labelsText(labels) ? <Fact name="of">{labelsText(labels)}</Fact> : null}
      </dl>
      {evidence.expr ? (
        <pre className="bg-raised my-2 overflow-x-auto rounded p-2 text-xs">{evidence.expr}</pre>
      ) : null}
      {isOpen && evidence.expr ? <EvidenceChart evidence={evidence} /> : null}
    </details>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-quiet">{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** The expression over some of its windows up to when it was asked. */
function EvidenceChart({ evidence }: { evidence: Insight["evidence"] }) {
  const untilMs = Math.floor(Date.parse(evidence.at) / 60_000) * 60_000;
  const span = { sinceMs: untilMs - Math.max(evidence.windowSeconds * TIMES, LEAST_S) * 1000, untilMs };
  const answer = useAskedColumns(evidence.expr, span);
  return (
    <>
      <Asked answer={answer}>
        {({ series, times, columns }) =>
          series.length === 0 ? (
            <Note title="It held at one moment alone">
              The expression has no value over the hours before.
            </Note>
          ) : (
            <TimeChart
              label="What the sentence stands on, over time"
              times={times}
              lines={columns
                .slice(0, MOST_LINES)
                .map((values, at) => ({ name: labelsText(series[at]?.metric ?? {}) || "value", values }))}
              unit=""
              span={span}
              height={120}
            />
          )
        }
      </Asked>
      <ToExplore query={evidence.expr} span={span}>
        Look in Explore
      </ToExplore>
    </>
  );
}
