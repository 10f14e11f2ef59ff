/** How answers are shown: as a chart or a table, stacked, by which step, under which names; and the link to all of it. */

import { useState } from "react";

import { durationText } from "../../time/range";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { type Asked, STEPS, type View } from "./asked";

interface OptionsProps {
  readonly asked: Asked;
  readonly onChange: (changed: Partial<Asked>) => void;
}

const VIEWS: readonly View[] = ["chart", "table"];
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

export function Options({ asked, onChange }: OptionsProps) {
  return (
    <>
      <div role="group" aria-label="Show as" className="flex">
        {VIEWS.map((view) => (
          <Button
            key={view}
            aria-pressed={asked.view === view}
            onClick={() => onChange({ view })}
            className="aria-pressed:bg-raised first:rounded-r-none last:rounded-l-none aria-pressed:font-semibold"
          >
            {view}
          </Button>
        ))}
      </div>
      {asked.view === "chart" ? <ChartOptions asked={asked} onChange={onChange} /> : null}
      <CopyLink />
    </>
  );
}

function ChartOptions({ asked, onChange }: OptionsProps) {
  const step = asked.stepS === null ? "" : durationText(asked.stepS * 1000);
  return (
    <>
      <label className="flex items-center gap-2 py-2 text-sm">
        <input
          type="checkbox"
          checked={asked.isStacked}
          onChange={(event) => onChange({ isStacked: event.target.checked })}
        />
        stacked
      </label>
      <Field name="Step" className="w-28">
        {(given) => (
          <select
            {...given}
            value={step}
            onChange={(event) => onChange({ stepS: secondsOf(event.target.value) })}
          >
            <option value="">as it suits</option>
            {STEPS.includes(step as (typeof STEPS)[number]) || step === "" ? null : <option>{step}</option>}
            {STEPS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
      </Field>
      <Field name="Legend" className="w-48">
        {(given) => (
          <input
            {...given}
            defaultValue={asked.legend}
            placeholder="{{http_route}}"
            onBlur={(event) => onChange({ legend: event.target.value })}
            onKeyDown={(event) => {
              if (event.key === "Enter") onChange({ legend: event.currentTarget.value });
            }}
          />
        )}
      </Field>
    </>
  );
}

function secondsOf(step: string): number | null {
  const factor = SECONDS[step.slice(-1)];
  return factor === undefined ? null : Number(step.slice(0, -1)) * factor;
}

function CopyLink() {
  const [isCopied, setIsCopied] = useState(false);
  const copy = () => {
    void navigator.clipboard.writeText(window.location.href).then(() => setIsCopied(true));
  };
  return <Button onClick={copy}>{isCopied ? "Link copied" : "Copy the link"}</Button>;
}
