/** Of which processes the figures are: by instance, environment and version. */

import type { Instance } from "../../api/types";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { Menu } from "../../ui/Menu";
import {
  choices,
  type Filter,
  type FilterName,
  FILTERS,
  instanceName,
  useFilter,
  useInstances,
} from "../filters";
import { useChange } from "../location";

const NONE: readonly Instance[] = [];
const NAMES: Readonly<Record<FilterName, string>> = {
  instance: "Instance",
  environment: "Environment",
  version: "Version",
};

export function Filters() {
  const filter = useFilter();
  const instances = useInstances() ?? NONE;
  const text = filterText(filter, instances);
  return (
    <Menu text={text || "All processes"} label={`Filter: ${text || "all processes"}`} title="Filter">
      {(close) => <Choice filter={filter} instances={instances} close={close} />}
    </Menu>
  );
}

/** The filter in words; empty without one. */
export function filterText(filter: Filter, instances: readonly Instance[]): string {
  const said = FILTERS.flatMap((name) => {
    const value = filter[name];
    if (value === undefined) return [];
    return [name === "instance" ? nameOf(value, instances) : `${name} ${value}`];
  });
  return said.join(", ");
}

function nameOf(id: string, instances: readonly Instance[]): string {
  const found = instances.find((one) => one.id === id);
  return found ? instanceName(found) : `instance ${id.slice(0, 8)}`;
}

interface ChoiceProps {
  readonly filter: Filter;
  readonly instances: readonly Instance[];
  readonly close: () => void;
}

function Choice({ filter, instances, close }: ChoiceProps) {
  const change = useChange();
  return (
    <div className="grid gap-3">
      {FILTERS.map((name) => (
        <One key={name} name={name} chosen={filter[name] ?? ""} instances={instances} />
      ))}
      <Button
        onClick={() => {
          change({ instance: "", environment: "", version: "" });
          close();
        }}
      >
        Show all processes
      </Button>
    </div>
  );
}

interface OneProps {
  readonly name: FilterName;
  readonly chosen: string;
  readonly instances: readonly Instance[];
}

function One({ name, chosen, instances }: OneProps) {
  const change = useChange();
  const found = choices(instances, name);
  const values = chosen && !found.includes(chosen) ? [chosen, ...found] : found;
  const isNone = values.length === 0;
  return (
    <Field name={NAMES[name]} {...(isNone ? { hint: `No process says its ${name}.` } : {})}>
      {(given) => (
        <select
          value={chosen}
          disabled={isNone}
          onChange={(event) => change({ [name]: event.target.value })}
          {...given}
        >
          <option value="">all</option>
          {values.map((value) => (
            <option key={value} value={value}>
              {name === "instance" ? optionText(value, instances) : value}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function optionText(id: string, instances: readonly Instance[]): string {
  const found = instances.find((one) => one.id === id);
  const state = found && found.state !== "running" ? `, ${found.state}` : "";
  return `${nameOf(id, instances)}${state}`;
}
