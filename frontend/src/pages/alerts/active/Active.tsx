/** What fires, what is about to, what lately did: in the order in which somebody has to look at it. */

import { useAnswer } from "../../../api/questions";
import { useChange, usePlace } from "../../../app/location";
import { Asked, Note } from "../../../ui/Asked";
import { Card } from "../../../ui/Card";
import type { Alert, Alerts } from "../answers";
import { plural } from "../words";
import { AlertRow } from "./AlertRow";
import { chosen, type Group, type Section, sectionsOf, severitiesOf, sharedLabels } from "./sections";

const REFRESH_MS = 10_000;
const MOST_OPEN = 5;

export function Active() {
  const answer = useAnswer<Alerts>("alerts", {}, REFRESH_MS);
  return (
    <Asked answer={answer}>
      {({ alerts, total }) =>
        alerts.length === 0 ? <Calm /> : <Found alerts={alerts} left={total - alerts.length} />
      }
    </Asked>
  );
}

function Calm() {
  return (
    <Card title="Firing">
      <Note title="Nothing fires">
        Rules are evaluated all the time; whatever one of them finds is shown here at once. What fired before
        is in the history, and which rules there are is among the rules.
      </Note>
    </Card>
  );
}

function Found({ alerts, left }: { alerts: readonly Alert[]; left: number }) {
  const { parameters } = usePlace();
  const wanted = { text: parameters.get("text") ?? "", severity: parameters.get("severity") ?? "" };
  const shown = chosen(alerts, wanted);
  const hidden = alerts.length - shown.length;
  return (
    <div className="grid gap-4">
      <Filter wanted={wanted} severities={severitiesOf(alerts)} />
      <p role="status" className={hidden || left ? "text-quiet text-sm" : "sr-only"}>
        {plural(shown.length, "alert")} shown
        {hidden ? `, ${hidden} hidden by what is looked for` : ""}
        {left ? `, ${left} more than fit here` : ""}
      </p>
      {sectionsOf(shown).map((section) => (
        <Sectioned key={section.name} section={section} />
      ))}
    </div>
  );
}

interface FilterProps {
  readonly wanted: { readonly text: string; readonly severity: string };
  readonly severities: readonly string[];
}

function Filter({ wanted, severities }: FilterProps) {
  const change = useChange();
  return (
    <search className="flex flex-wrap gap-2 text-sm">
      <input
        type="search"
        aria-label="Look for alerts"
        placeholder="Look for a rule, a label, a text"
        defaultValue={wanted.text}
        onChange={(event) => change({ text: event.target.value }, true)}
        className="border-line bg-card min-w-0 flex-1 rounded-lg border px-3 py-2 sm:max-w-sm"
      />
      <select
        aria-label="Severity"
        value={wanted.severity}
        onChange={(event) => change({ severity: event.target.value }, true)}
        className="border-line bg-card rounded-lg border px-3 py-2"
      >
        <option value="">all severities</option>
        {severities.map((severity) => (
          <option key={severity}>{severity}</option>
        ))}
      </select>
    </search>
  );
}

function Sectioned({ section }: { section: Section }) {
  return (
    <Card
      title={`${section.title} · ${section.count}`}
      aside={<span className="text-quiet text-xs">{section.note}</span>}
      className={section.name === "open" ? "border-l-bad border-l-4" : ""}
    >
      <ul className="-mx-2 text-sm">
        {section.groups.map((group) => (
          <Grouped key={group.alerts[0]?.fingerprint} group={group} />
        ))}
      </ul>
    </Card>
  );
}

function Grouped({ group: { rule, alerts } }: { group: Group }) {
  const [first] = alerts;
  if (first === undefined) return null;
  if (alerts.length === 1) return <AlertRow alert={first} />;
  const shared = sharedLabels(alerts);
  return (
    <li>
      <details open={alerts.length <= MOST_OPEN}>
        <summary className="hover:bg-raised cursor-pointer rounded-lg px-2 py-2">
          <span className="font-medium">{rule}</span>
          <span className="text-quiet"> · {alerts.length} at once</span>
        </summary>
        <ul className="border-line ml-3 border-l pl-2">
          {alerts.map((alert) => (
            <AlertRow key={alert.fingerprint} alert={alert} shared={shared} />
          ))}
        </ul>
      </details>
    </li>
  );
}
