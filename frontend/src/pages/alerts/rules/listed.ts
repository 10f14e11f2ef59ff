/** Rules as one looks for them: by a text, or those that need a look. */

import type { Rule, Rules } from "../answers";
import { mentions } from "../words";

/** A rule with the group that it runs in. */
export interface Listed {
  readonly group: string;
  readonly source: string;
  readonly interval: string;
  readonly missed: number;
  readonly rule: Rule;
}

export const SHOWS = ["all", "firing", "failing", "observed"] as const;
export type Show = (typeof SHOWS)[number];

const SHOWN: Readonly<Record<Show, (rule: Rule) => boolean>> = {
  all: () => true,
  firing: ({ alerts }) => alerts > 0,
  failing: ({ health }) => health === "err",
  observed: ({ mode }) => mode === "observe",
};

export function showOf(text: string | null): Show {
  return SHOWS.find((one) => one === text) ?? "all";
}

export function listedOf({ groups }: Rules): readonly Listed[] {
  return groups.flatMap(({ name, source, interval, missed, rules }) =>
    rules.map((rule) => ({ group: name, source, interval, missed, rule })),
  );
}

export function chosenRules(listed: readonly Listed[], text: string, show: Show): readonly Listed[] {
  return listed.filter(
    ({ group, rule }) =>
      SHOWN[show](rule) && mentions([rule.name, group, rule.expr, rule.annotations.summary ?? ""], text),
  );
}

export function countOf(listed: readonly Listed[], show: Show): number {
  return listed.filter(({ rule }) => SHOWN[show](rule)).length;
}

/** Return the rules group by group, in the order in which they run. */
export function byGroup(listed: readonly Listed[]): readonly (readonly [Listed, ...Listed[]])[] {
  const groups = new Map<string, [Listed, ...Listed[]]>();
  for (const one of listed) {
    const key = `${one.source}\n${one.group}`;
    const known = groups.get(key);
    if (known) known.push(one);
    else groups.set(key, [one]);
  }
  return [...groups.values()];
}
