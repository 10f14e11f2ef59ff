/** Which processes the figures are of: by instance, environment and version, as the address says. */

import { useMemo } from "react";

import { useAnswer } from "../api/questions";
import type { Instance, Instances } from "../api/types";
import { usePlace } from "./location";

export const FILTERS = ["instance", "environment", "version"] as const;
export type FilterName = (typeof FILTERS)[number];
export type Filter = Readonly<Partial<Record<FilterName, string>>>;

/** What an expression may name at most; those that run come first. */
const MOST_NAMED = 100;
const NOBODY = 'instance="-"';

export function filterOf(parameters: URLSearchParams): Filter {
  const said = FILTERS.map((name) => [name, parameters.get(name) ?? ""] as const);
  return Object.fromEntries(said.filter(([, value]) => value));
}

/** The value by which an instance is filtered. */
export function valueOf(instance: Instance, name: FilterName): string {
  return name === "instance" ? instance.id : instance[name];
}

export function fits(instance: Instance, filter: Filter): boolean {
  return FILTERS.every((name) => filter[name] === undefined || valueOf(instance, name) === filter[name]);
}

/**
 * Return the filter as matchers of PromQL.
 *
 * Series say which process they are of, and not of which version or environment that is: these are looked up
 * among the instances.
 */
export function matchersOf(filter: Filter, instances: readonly Instance[]): string {
  if (FILTERS.every((name) => filter[name] === undefined)) return "";
  if (filter.instance && !filter.environment && !filter.version)
    return `instance=${JSON.stringify(filter.instance)}`;
  const ids = instances.filter((one) => fits(one, filter)).map((one) => one.id);
  if (ids.length === 0) return NOBODY;
  return `instance=~${JSON.stringify([...new Set(ids)].slice(0, MOST_NAMED).map(escaped).join("|"))}`;
}

function escaped(id: string): string {
  return id.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** The values of a filter that there are to choose from. */
export function choices(instances: readonly Instance[], name: FilterName): readonly string[] {
  const found = new Set(instances.map((one) => valueOf(one, name)).filter(Boolean));
  return name === "instance" ? [...found] : [...found].sort();
}

export function instanceName({ host, pid }: Instance): string {
  return `${host} ${pid}`;
}

/** What the bar and the filters ask of `instances`. */
export const INSTANCES = { limit: 200 } as const;

export function useInstances(): readonly Instance[] | undefined {
  return useAnswer<Instances>("instances", INSTANCES, 60_000).data?.instances;
}

export function useFilter(): Filter {
  const { parameters } = usePlace();
  return useMemo(() => filterOf(parameters), [parameters]);
}

/** The matchers of the present filter, `""` for none; nothing as long as the instances are not known. */
export function useMatchers(): string | undefined {
  const filter = useFilter();
  const instances = useInstances();
  return useMemo(() => {
    const isSimple = !filter.environment && !filter.version;
    return isSimple || instances ? matchersOf(filter, instances ?? []) : undefined;
  }, [filter, instances]);
}
