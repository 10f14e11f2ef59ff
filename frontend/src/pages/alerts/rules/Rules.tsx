/** All rules: how they stand, whether they work, how they are used. */

import { useState } from "react";

import { useAnswer } from "../../../api/questions";
import { linkTo, useChange, usePlace } from "../../../app/location";
import { Asked, Note } from "../../../ui/Asked";
import { Card } from "../../../ui/Card";
import type { Rules as Answer } from "../answers";
import { rulePath } from "../tabs";
import { Told } from "../Told";
import { plural } from "../words";
import { byGroup, chosenRules, countOf, type Listed, listedOf, type Show, showOf, SHOWS } from "./listed";
import { ModeSwitch } from "./ModeSwitch";
import { RuleTable } from "./RuleTable";

const REFRESH_MS = 15_000;

export function Rules() {
  const answer = useAnswer<Answer>("rules", {}, REFRESH_MS);
  return <Asked answer={answer}>{(rules) => <Found rules={rules} />}</Asked>;
}

function Found({ rules }: { rules: Answer }) {
  const { parameters } = usePlace();
  const [told, setTold] = useState("");
  const all = listedOf(rules);
  const show = showOf(parameters.get("show"));
  const shown = chosenRules(all, parameters.get("text") ?? "", show);
  return (
    <>
      <Told>{told}</Told>
      <div className="grid gap-4">
        <Filter all={all} show={show} text={parameters.get("text") ?? ""} />
        {shown.length === 0 ? (
          <Note title="No such rules">
            {all.length
              ? "Nothing is found by what is looked for."
              : "No rules run: alerts.rule_files names files of them."}
          </Note>
        ) : null}
        {byGroup(shown).map((group) => (
          <Group key={`${group[0].source} ${group[0].group}`} group={group} onTold={setTold} />
        ))}
        <Off names={rules.disabled} onTold={setTold} />
      </div>
    </>
  );
}

interface FilterProps {
  readonly all: readonly Listed[];
  readonly show: Show;
  readonly text: string;
}

function Filter({ all, show, text }: FilterProps) {
  const change = useChange();
  return (
    <search className="flex flex-wrap items-center gap-2 text-sm">
      <input
        type="search"
        aria-label="Look for rules"
        placeholder="Look for a rule"
        defaultValue={text}
        onChange={(event) => change({ text: event.target.value }, true)}
        className="border-line bg-card min-w-0 flex-1 rounded-lg border px-3 py-2 sm:max-w-sm"
      />
      <div role="group" aria-label="Which rules" className="flex flex-wrap gap-1">
        {SHOWS.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === show}
            onClick={() => change({ show: one === "all" ? "" : one }, true)}
            className="border-line aria-pressed:border-accent hover:bg-raised rounded-lg border px-3 py-2 aria-pressed:font-semibold"
          >
            {one} {countOf(all, one)}
          </button>
        ))}
      </div>
    </search>
  );
}

interface GroupProps {
  readonly group: readonly [Listed, ...Listed[]];
  readonly onTold: (said: string) => void;
}

function Group({ group, onTold }: GroupProps) {
  const [{ group: name, source, interval, missed }] = group;
  return (
    <Card
      title={name}
      aside={
        <span className="text-quiet text-right text-xs break-all">
          every {interval}, {source}
          {missed > 0 ? <span className="text-warn">, {plural(missed, "evaluation")} missed</span> : null}
        </span>
      }
    >
      <RuleTable label={`Rules of ${name}`} rules={group.map(({ rule }) => rule)} onTold={onTold} />
    </Card>
  );
}

function Off({ names, onTold }: { names: readonly string[]; onTold: (said: string) => void }) {
  const here = usePlace();
  if (names.length === 0) return null;
  return (
    <Card title={`Off · ${names.length}`}>
      <ul className="grid gap-2 text-sm">
        {names.map((name) => (
          <li key={name} className="flex flex-wrap items-center justify-between gap-3">
            <a className="font-medium hover:underline" href={linkTo(rulePath(name), here)}>
              {name}
            </a>
            <span>
              <ModeSwitch name={name} mode="disabled" onTold={onTold} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
