/** What comes: when limits are reached, and what comes next in any series. */

import { type SyntheticEvent, useState } from "react";

import { useChange, usePlace } from "../../../app/location";
import { Button } from "../../../ui/Button";
import { Card } from "../../../ui/Card";
import { Field } from "../../../ui/Field";
import { MetricPicker } from "../MetricPicker";
import { Ahead } from "./Ahead";
import { HORIZON_CHOICES, horizonOf } from "./columns";
import { Limits } from "./Limits";

export function ForecastsTab() {
  const change = useChange();
  const { parameters } = usePlace();
  const metric = parameters.get("metric") ?? "";
  const choose = (chosen: string) => change({ metric: chosen, unit: "", limit: "" });
  return (
    <div className="grid gap-4">
      <Limits />
      <Card title="What comes next?">
        <div className="flex flex-col gap-3 lg:flex-row lg:items-end">
          <MetricPicker
            key={metric}
            label="Metric or PromQL"
            value={metric}
            onChoose={choose}
            action="Look ahead"
          />
          <Horizon />
          <Limit key={`${metric}${parameters.get("limit") ?? ""}`} />
        </div>
      </Card>
      {metric ? <Ahead metric={metric} onChoose={choose} /> : null}
    </div>
  );
}

function Horizon() {
  const change = useChange();
  const horizon = horizonOf(usePlace().parameters.get("horizon"));
  return (
    <Field name="How far">
      {(given) => (
        <select {...given} value={horizon} onChange={(event) => change({ horizon: event.target.value })}>
          {HORIZON_CHOICES.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Limit() {
  const change = useChange();
  const given = usePlace().parameters.get("limit") ?? "";
  const [text, setText] = useState(given);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    change({ limit: text.trim() });
  };
  return (
    <form onSubmit={submit} className="flex items-end gap-2">
      <Field name="Its limit, if it has one" className="w-40">
        {(control) => (
          <input
            {...control}
            type="number"
            step="any"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" className="py-2">
        Set
      </Button>
    </form>
  );
}
