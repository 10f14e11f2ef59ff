/** When disks, memory, connections and whatever else has a limit reach it, the most urgent first. */

import { useAnswer } from "../../../api/questions";
import { quantity } from "../../../format/quantity";
import { Asked, Note } from "../../../ui/Asked";
import { Badge } from "../../../ui/Badge";
import { Card } from "../../../ui/Card";
import { type Capacity, type LimitStanding, numberOf } from "../answers";
import { To } from "../links";
import { pathTo } from "../tabs";
import { asSentence, labelsText } from "../words";
import { horizonFor } from "./columns";
import { outcomeOf, whenText } from "./outcome";

const REFRESH_MS = 60_000;

export function Limits() {
  const answer = useAnswer<Capacity>("forecasts", {}, REFRESH_MS);
  return (
    <Card title="When are limits reached?">
      <Asked answer={answer}>
        {({ capacity }) =>
          capacity.length === 0 ? (
            <Note title="Nothing with a limit is measured">
              Disks, memory against its limit and connections of pools are looked after as soon as they are
              measured; the setting analytics.capacity names others.
            </Note>
          ) : (
            <ul className="divide-line divide-y">
              {capacity.map((one) => (
                <Row key={`${one.resource}${one.promql}${JSON.stringify(one.labels)}`} standing={one} />
              ))}
            </ul>
          )
        }
      </Asked>
    </Card>
  );
}

function Row({ standing }: { standing: LimitStanding }) {
  const { resource, labels, outcome, reason, promql, unit, limit, horizonSeconds, text } = standing;
  const { tone, text: word } = outcomeOf(outcome);
  return (
    <li className="grid gap-x-6 gap-y-2 py-3 text-sm md:grid-cols-[16rem_12rem_1fr_auto]">
      <div className="min-w-0">
        <div className="font-medium">{asSentence(resource)}</div>
        <div className="text-quiet font-mono text-[13px] break-all">{labelsText(labels)}</div>
      </div>
      <Meter standing={standing} />
      <div>
        <Badge tone={tone}>{word}</Badge>
        <p className={reason ? "text-quiet" : ""}>{reason ? asSentence(reason) : text}</p>
        <p className="text-quiet text-xs">{whenText(standing)}</p>
      </div>
      <div className="text-xs">
        <To
          path={pathTo("forecasts")}
          more={{ metric: promql, unit, limit: String(limit), horizon: horizonFor(horizonSeconds) }}
        >
          Chart
        </To>
      </div>
    </li>
  );
}

function Meter({ standing: { value, limit, unit } }: { standing: LimitStanding }) {
  const now = numberOf(value);
  const share = now === null || limit <= 0 ? null : Math.min(Math.max(now / limit, 0), 1);
  return (
    <div>
      <div>
        {quantity(now, unit)} <span className="text-quiet">of {quantity(limit, unit)}</span>
      </div>
      {share === null ? null : (
        <div aria-hidden="true" className="bg-raised mt-1.5 h-1.5 overflow-hidden rounded-full">
          <div
            className={`h-full rounded-full ${share >= 0.9 ? "bg-bad" : "bg-accent"}`}
            style={{ width: `${share * 100}%` }}
          />
        </div>
      )}
    </div>
  );
}
