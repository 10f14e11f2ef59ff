/** A rule tried on history: when it would have fired, before anybody is woken by it. */

import { type SyntheticEvent, useState } from "react";

import { usePeriod } from "../../../app/period";
import { Button } from "../../../ui/Button";
import { Card } from "../../../ui/Card";
import { Field } from "../../../ui/Field";
import type { BacktestAsked } from "../answers";
import { tryRule, useDoing } from "../doing";
import { Refused } from "../Told";
import { TrialResult } from "./TrialResult";

export function Trial({ rule }: { rule: BacktestAsked }) {
  const { asked } = usePeriod();
  const [given, setGiven] = useState(rule);
  const trying = useDoing(tryRule);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    trying.mutate({ given, asked });
  };
  return (
    <Card
      title="Try it on history"
      aside={
        <span className="text-quiet text-xs">
          over the time at the top; nothing is changed, nobody is told
        </span>
      }
    >
      <form onSubmit={submit} className="grid gap-3">
        <Field name="Condition, in PromQL">
          {(shared) => (
            <textarea
              {...shared}
              required
              rows={3}
              spellCheck={false}
              value={given.expr}
              onChange={(event) => setGiven({ ...given, expr: event.target.value })}
              className={`${shared.className} font-mono`}
            />
          )}
        </Field>
        <div className="flex flex-wrap items-end gap-3">
          <Length
            name="Has to hold for"
            value={given.for}
            onChange={(text) => setGiven({ ...given, for: text })}
          />
          <Length
            name="Fires on for"
            value={given.keepFiringFor}
            onChange={(text) => setGiven({ ...given, keepFiringFor: text })}
          />
          <Button type="submit" look="first" disabled={trying.isPending} className="py-2">
            {trying.isPending ? "Trying…" : "Try it"}
          </Button>
        </div>
        <Refused error={trying.error} />
      </form>
      {trying.data ? <TrialResult found={trying.data} /> : null}
    </Card>
  );
}

interface LengthProps {
  readonly name: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

function Length({ name, value, onChange }: LengthProps) {
  return (
    <Field name={name} className="w-32">
      {(given) => <input {...given} value={value} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}
