/** One rule: what it asks, how it does, how it is used, and when it would fire if it were another. */

import { useState } from "react";

import { useAnswer } from "../../../api/questions";
import { linkTo, usePlace } from "../../../app/location";
import { useNow } from "../../../app/now";
import { ago } from "../../../format/moment";
import { seconds } from "../../../format/quantity";
import { Asked, Note } from "../../../ui/Asked";
import { Card } from "../../../ui/Card";
import { AlertRow } from "../active/AlertRow";
import { sharedLabels } from "../active/sections";
import { Annotations } from "../Annotations";
import type { Alerts, Rules } from "../answers";
import { RuleText } from "../RuleText";
import { BASE } from "../tabs";
import { Told } from "../Told";
import { type Listed, listedOf } from "./listed";
import { ModeSwitch } from "./ModeSwitch";
import { State } from "./RuleTable";
import { Trial } from "./Trial";

const REFRESH_MS = 15_000;

export function OneRule({ name }: { name: string }) {
  const here = usePlace();
  const answer = useAnswer<Rules>("rules", {}, REFRESH_MS);
  const [told, setTold] = useState("");
  return (
    <>
      <a
        href={linkTo(`${BASE}/rules`, here)}
        className="text-accent mb-3 inline-block text-sm hover:underline"
      >
        ← All rules
      </a>
      <Told>{told}</Told>
      <Asked answer={answer}>
        {(rules) => {
          const found = listedOf(rules).filter(({ rule }) => rule.name === name);
          if (found.length === 0)
            return <Missing name={name} isOff={rules.disabled.includes(name)} onTold={setTold} />;
          return (
            <div className="grid gap-4">
              {found.map((one) => (
                <One key={`${one.group} ${one.rule.expr}`} listed={one} onTold={setTold} />
              ))}
            </div>
          );
        }}
      </Asked>
    </>
  );
}

interface MissingProps {
  readonly name: string;
  readonly isOff: boolean;
  readonly onTold: (said: string) => void;
}

function Missing({ name, isOff, onTold }: MissingProps) {
  if (!isOff)
    return <Note title={`There is no rule ${name}`}>It may have been renamed or removed since.</Note>;
  return (
    <Card title={name} aside={<ModeSwitch name={name} mode="disabled" onTold={onTold} />}>
      <Note title="This rule is off">It is not evaluated; switch it on to see what it finds.</Note>
    </Card>
  );
}

function One({ listed, onTold }: { listed: Listed; onTold: (said: string) => void }) {
  const { rule, group, source, interval } = listed;
  const { name, expr, mode } = rule;
  const here = usePlace();
  const nowMs = useNow();
  return (
    <>
      <Card
        title={name}
        aside={mode === null ? null : <ModeSwitch name={name} mode={mode} onTold={onTold} />}
      >
        <div className="mb-3 flex flex-wrap gap-x-4 gap-y-1 text-sm">
          <State rule={rule} />
          <span className="text-quiet">
            every {interval} in the group {group} of {source}
            {rule.evaluatedAt ? `, last ${ago(Date.parse(rule.evaluatedAt), nowMs)}` : ""}
            {`, took ${seconds(rule.evaluationSeconds)}`}
          </span>
        </div>
        {rule.lastError ? (
          <p
            role="alert"
            className="border-bad text-bad mb-3 rounded-lg border px-3 py-2 text-sm break-words"
          >
            {rule.lastError}
          </p>
        ) : null}
        <RuleText expr={expr} />
        <p className="mt-2 flex flex-wrap gap-4 text-sm">
          <span className="text-quiet">
            {rule.for === "0s" ? "fires at once" : `fires once held for ${rule.for}`}
          </span>
          <a className="text-accent hover:underline" href={linkTo("/explore", here, { query: expr })}>
            Explore
          </a>
          <a className="text-accent hover:underline" href={linkTo(`${BASE}/history`, here, { rule: name })}>
            When it fired
          </a>
        </p>
        <Annotations annotations={rule.annotations} className="mt-3" />
      </Card>
      {mode === null ? null : <Found group={group} name={name} />}
      {mode === null ? null : <Trial rule={{ expr, for: rule.for, keepFiringFor: rule.keepFiringFor }} />}
    </>
  );
}

/** What the rule finds at present. */
function Found({ group, name }: { group: string; name: string }) {
  const answer = useAnswer<Alerts>("alerts", {}, REFRESH_MS);
  const own = (answer.data?.alerts ?? []).filter(
    (one) => one.rule === name && one.group === group && one.state !== "inactive",
  );
  if (own.length === 0) return null;
  return (
    <Card title={`What it finds now · ${own.length}`}>
      <ul className="-mx-2 text-sm">
        {own.map((alert) => (
          <AlertRow
            key={alert.fingerprint}
            alert={alert}
            shared={own.length > 1 ? sharedLabels(own) : new Set()}
          />
        ))}
      </ul>
    </Card>
  );
}
