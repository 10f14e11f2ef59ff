/** What was promised and how much of the error budget is left, for all service levels or for one of them. */

import { useAnswer } from "../../../api/questions";
import { linkTo, usePlace } from "../../../app/location";
import { quantity } from "../../../format/quantity";
import { Asked, Note } from "../../../ui/Asked";
import { Badge, toneOf } from "../../../ui/Badge";
import { Card } from "../../../ui/Card";
import type { Slos, SloStanding } from "../answers";
import { pathTo } from "../tabs";
import { asSentence } from "../words";
import { Budget } from "./Budget";
import { targetText, timesText } from "./burn";
import { OneSlo } from "./OneSlo";

const REFRESH_MS = 30_000;

export function SlosTab({ rest: [name] }: { rest: readonly string[] }) {
  return name === undefined ? <All /> : <OneSlo key={name} name={name} />;
}

function All() {
  const answer = useAnswer<Slos>("slos", {}, REFRESH_MS);
  return (
    <Asked answer={answer}>
      {({ slos }) =>
        slos.length === 0 ? (
          <Card title="Service levels">
            <Note title="Nothing was promised yet">
              State a service level in Python, setup_telemetry(app, slos=[SLO(...)]), or in an OpenSLO file
              that analytics.slo_files names: which share of requests has to be good over a month.
            </Note>
          </Card>
        ) : (
          <div className="grid gap-4 md:grid-cols-2 2xl:grid-cols-3">
            {slos.map((one) => (
              <SloCard key={one.name} slo={one} />
            ))}
          </div>
        )
      }
    </Asked>
  );
}

function SloCard({ slo }: { slo: SloStanding }) {
  const here = usePlace();
  const { name, service, target, window, state, sentence, notes } = slo;
  return (
    <Card title={service ? `${service}: ${name}` : name} aside={<StateBadge state={state} />}>
      <Budget remaining={slo.budgetRemaining} />
      <p className="mt-3 text-sm">{sentence}</p>
      <dl className="mt-3 grid grid-cols-2 gap-2 text-sm sm:grid-cols-4">
        <Fact name={`of ${window}`} text={targetText(target)} />
        <Fact name="was good" text={quantity(slo.ratio, "1")} />
        <Fact name="burns, 1 h" text={timesText(slo.burnRate1h)} />
        <Fact name="burns, 6 h" text={timesText(slo.burnRate6h)} />
      </dl>
      {notes.map((note) => (
        <p key={note} className="text-quiet mt-2 text-xs">
          {asSentence(note)}
        </p>
      ))}
      <a className="text-accent mt-3 text-sm hover:underline" href={linkTo(pathTo("slos", name), here)}>
        Burn down and months<span className="sr-only"> of {name}</span>
      </a>
    </Card>
  );
}

export function StateBadge({ state }: { state: string }) {
  const tone = state === "burning" ? "warn" : state === "exhausted" ? "bad" : toneOf(state);
  return (
    <span className="text-sm">
      <Badge tone={tone}>{state}</Badge>
    </span>
  );
}

export function Fact({ name, text }: { name: string; text: string }) {
  return (
    <div className="flex min-w-0 flex-col-reverse justify-end">
      <dd className="font-semibold">{text}</dd>
      <dt className="text-quiet text-xs">{name}</dt>
    </div>
  );
}
