/** One service level: how its budget went, how fast it goes now, and what its months were like. */

import { useAnswer } from "../../../api/questions";
import { TimeChart } from "../../../charts/TimeChart";
import { quantity, seconds } from "../../../format/quantity";
import { Asked, Note } from "../../../ui/Asked";
import { Card } from "../../../ui/Card";
import type { Slo } from "../answers";
import { To } from "../links";
import { pathTo } from "../tabs";
import { asSentence } from "../words";
import { Budget } from "./Budget";
import { targetText, timesText } from "./burn";
import { BurnRates } from "./BurnRates";
import { MonthCard } from "./MonthCard";
import { Fact, StateBadge } from "./SlosTab";

const REFRESH_MS = 60_000;
const HEIGHT = 260;

export function OneSlo({ name }: { name: string }) {
  const answer = useAnswer<Slo>(`slos/${encodeURIComponent(name)}`, {}, REFRESH_MS);
  return (
    <div className="grid gap-4">
      <p className="text-sm">
        <To path={pathTo("slos")}>All service levels</To>
      </p>
      <Asked answer={answer}>
        {(slo) => (
          <>
            <Standing slo={slo} />
            <BurnDown slo={slo} />
            <BurnRates slo={slo} atMs={answer.dataUpdatedAt} />
            <MonthCard name={name} />
          </>
        )}
      </Asked>
    </div>
  );
}

function Standing({ slo }: { slo: Slo }) {
  const { name, service, description, sentence, state, notes } = slo;
  return (
    <Card title={service ? `${service}: ${name}` : name} aside={<StateBadge state={state} />}>
      <div className="grid gap-x-10 gap-y-4 lg:grid-cols-[20rem_1fr]">
        <Budget remaining={slo.budgetRemaining} />
        <div className="text-sm">
          {description ? <p className="text-quiet">{description}</p> : null}
          <p>{sentence}</p>
          {notes.map((note) => (
            <p key={note} className="text-quiet text-xs">
              {asSentence(note)}
            </p>
          ))}
        </div>
      </div>
      <dl className="mt-4 grid grid-cols-2 gap-3 text-sm sm:grid-cols-4 lg:grid-cols-7">
        <Fact name={`has to be good, ${slo.window}`} text={targetText(slo.target)} />
        <Fact name="was good" text={quantity(slo.ratio, "1")} />
        <Fact name="events" text={quantity(slo.events)} />
        <Fact name="of them bad" text={quantity(slo.badEvents)} />
        <Fact name="burns, 1 h" text={timesText(slo.burnRate1h)} />
        <Fact name="burns, 6 h" text={timesText(slo.burnRate6h)} />
        <Fact
          name="lasts at this pace"
          text={slo.exhaustedInSeconds === null ? "on and on" : seconds(slo.exhaustedInSeconds)}
        />
      </dl>
    </Card>
  );
}

/** What was left through the window, beside a budget that is spent evenly. */
function BurnDown({ slo: { burnDown, start, end, name } }: { slo: Slo }) {
  const span = { sinceMs: Date.parse(start), untilMs: Date.parse(end) };
  const times = burnDown.map(({ time }) => Date.parse(time) / 1000);
  const even = times.map((time) => 1 - (time * 1000 - span.sinceMs) / (span.untilMs - span.sinceMs));
  const isKnown = burnDown.some(({ value }) => value !== null);
  return (
    <Card title="Burn down of the error budget">
      {isKnown ? (
        <TimeChart
          label={`What was left of the error budget of ${name}`}
          times={times}
          lines={[
            { name: "left", values: burnDown.map(({ value }) => value), role: "series-1" },
            { name: "spent evenly", values: even, role: "muted", dashed: true },
          ]}
          unit="1"
          span={span}
          threshold={0}
          height={HEIGHT}
        />
      ) : (
        <Note title="There were no events">As soon as something is counted, its budget is drawn here.</Note>
      )}
    </Card>
  );
}
