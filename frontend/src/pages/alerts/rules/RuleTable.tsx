/** Rules in a table. */

import { useMemo } from "react";

import { linkTo, usePlace } from "../../../app/location";
import { ago } from "../../../format/moment";
import { seconds } from "../../../format/quantity";
import { Badge, toneOf } from "../../../ui/Badge";
import { type Column, Table } from "../../../ui/Table";
import type { Rule } from "../answers";
import { rulePath } from "../tabs";
import { plural, severityTone } from "../words";
import { ModeSwitch } from "./ModeSwitch";

interface RuleTableProps {
  readonly label: string;
  readonly rules: readonly Rule[];
  readonly onTold: (said: string) => void;
}

export function RuleTable({ label, rules, onTold }: RuleTableProps) {
  const here = usePlace();
  const columns = useMemo<readonly Column<Rule>[]>(
    () => [
      { name: "State", cell: (rule) => <State rule={rule} /> },
      {
        name: "Rule",
        cell: ({ name, expr, lastError, labels }) => (
          <>
            <a className="font-medium break-words hover:underline" href={linkTo(rulePath(name), here)}>
              {name}
            </a>
            {labels.severity ? (
              <span className="ml-2 text-xs">
                <Badge tone={severityTone(labels.severity)}>{labels.severity}</Badge>
              </span>
            ) : null}
            <code className="text-quiet line-clamp-2 text-xs break-words">{expr}</code>
            {lastError ? <span className="text-bad block text-xs break-words">{lastError}</span> : null}
          </>
        ),
      },
      {
        name: "For",
        isNumber: true,
        isExtra: true,
        cell: (rule) => <span className="whitespace-nowrap">{rule.for === "0s" ? "at once" : rule.for}</span>,
      },
      {
        name: "Evaluated",
        isNumber: true,
        isExtra: true,
        cell: ({ evaluatedAt, evaluationSeconds }) =>
          evaluatedAt === null ? (
            "not yet"
          ) : (
            <span className="whitespace-nowrap" title={`took ${seconds(evaluationSeconds)}`}>
              {ago(Date.parse(evaluatedAt), Date.now())}
            </span>
          ),
      },
      {
        name: "Used",
        cell: ({ name, mode }) =>
          mode === null ? (
            <span className="text-quiet text-xs">records a series</span>
          ) : (
            <ModeSwitch name={name} mode={mode} onTold={onTold} />
          ),
      },
    ],
    [here, onTold],
  );
  return <Table label={label} columns={columns} rows={rules} keyOf={({ name, expr }) => `${name} ${expr}`} />;
}

export function State({ rule: { health, state, alerts, mode } }: { rule: Rule }) {
  if (health === "err") return <Badge tone="bad">fails</Badge>;
  if (health === "unknown") return <Badge tone="muted">not asked yet</Badge>;
  if (mode === null || state === null) return <Badge tone="good">works</Badge>;
  if (state === "inactive") return <Badge tone="good">quiet</Badge>;
  return <Badge tone={toneOf(state)}>{alerts > 1 ? `${state}, ${plural(alerts, "alert")}` : state}</Badge>;
}
