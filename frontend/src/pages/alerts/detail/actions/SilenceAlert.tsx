/** A silence for one alert: its labels, of which those are left out that would make it too narrow. */

import { useMemo, useState } from "react";

import type { AlertDetail } from "../../answers";
import { NEW } from "../../silences/draft";
import { equalTo } from "../../silences/matchers";
import { SilenceForm } from "../../silences/SilenceForm";
import { summaryOf } from "../../words";

interface SilenceAlertProps {
  readonly alert: AlertDetail;
  readonly onDone: (said: string) => void;
  readonly onCancel: () => void;
}

export function SilenceAlert({ alert, onDone, onCancel }: SilenceAlertProps) {
  const [leftOut, setLeftOut] = useState<ReadonlySet<string>>(new Set());
  const matchers = useMemo(() => equalTo(alert.labels, leftOut), [alert.labels, leftOut]);
  const draft = { ...NEW, comment: summaryOf(alert) };
  const toggle = (name: string) => {
    const next = new Set(leftOut);
    if (!next.delete(name)) next.add(name);
    setLeftOut(next);
  };
  return (
    <SilenceForm draft={draft} matchers={matchers} onDone={onDone} onCancel={onCancel}>
      <fieldset>
        <legend className="text-quiet mb-1 text-xs font-medium">
          Quiet is what has all of these; leave one out to quieten more
        </legend>
        <div className="flex flex-wrap gap-x-4 gap-y-1">
          {Object.entries(alert.labels).map(([name, value]) => (
            <label key={name} className="flex items-center gap-1.5 py-1 font-mono text-xs break-all">
              <input type="checkbox" checked={!leftOut.has(name)} onChange={() => toggle(name)} />
              {name}=&quot;{value}&quot;
            </label>
          ))}
        </div>
      </fieldset>
    </SilenceForm>
  );
}
