/** Of which series: conditions on labels, with the values that there are. */

import { useQuery } from "@tanstack/react-query";
import { useId } from "react";

import { labelValues } from "../../api/lookups";
import { Button } from "../../ui/Button";
import { type Condition, type Operator, OPERATORS } from "./builder";

interface ConditionsProps {
  readonly selector: string;
  readonly labels: readonly string[];
  readonly where: readonly Condition[];
  readonly onChange: (where: readonly Condition[]) => void;
}

const SAID: Readonly<Record<Operator, string>> = {
  "=": "is",
  "!=": "is not",
  "=~": "looks like",
  "!~": "looks not like",
};
const LOOK = "border-line bg-card text-text min-w-0 rounded-lg border px-2 py-1.5 text-sm";

export function Conditions({ selector, labels, where, onChange }: ConditionsProps) {
  const put = (at: number, changed: Partial<Condition>) =>
    onChange(where.map((one, own) => (own === at ? { ...one, ...changed } : one)));
  return (
    <fieldset>
      <legend className="text-quiet mb-1 text-xs font-medium">Only where</legend>
      <div className="grid justify-items-start gap-2">
        {where.map((one, at) => (
          <div key={at} className="flex max-w-full flex-wrap gap-2">
            <select
              aria-label="Label"
              className={LOOK}
              value={one.label}
              onChange={(event) => put(at, { label: event.target.value, value: "" })}
            >
              <option value="">choose a label…</option>
              {labels.map((label) => (
                <option key={label}>{label}</option>
              ))}
            </select>
            <select
              aria-label="How to compare"
              className={LOOK}
              value={one.operator}
              onChange={(event) => put(at, { operator: event.target.value as Operator })}
            >
              {OPERATORS.map((operator) => (
                <option key={operator} value={operator}>
                  {SAID[operator]}
                </option>
              ))}
            </select>
            <Value selector={selector} condition={one} onChange={(value) => put(at, { value })} />
            <Button
              aria-label="Take away this condition"
              onClick={() => onChange(where.filter((_, own) => own !== at))}
            >
              ×
            </Button>
          </div>
        ))}
        <Button onClick={() => onChange([...where, { label: "", operator: "=", value: "" }])}>
          Add a condition
        </Button>
      </div>
    </fieldset>
  );
}

interface ValueProps {
  readonly selector: string;
  readonly condition: Condition;
  readonly onChange: (value: string) => void;
}

function Value({ selector, condition: { label, value }, onChange }: ValueProps) {
  const id = useId();
  const values = useQuery({
    queryKey: ["label values", selector, label],
    queryFn: ({ signal }) => labelValues(label, selector, signal),
    enabled: label !== "",
    staleTime: 60_000,
  });
  return (
    <>
      <input
        aria-label="Value"
        className={LOOK}
        value={value}
        list={id}
        disabled={label === ""}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={id}>
        {(values.data ?? []).map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </>
  );
}
