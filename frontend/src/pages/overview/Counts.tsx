/** How much is looked after. */

import type { Part, PartOf } from "../../api/types";
import { quantity } from "../../format/quantity";
import { PartCard } from "../../ui/PartCard";

export function Counts({ part }: { part: Part<PartOf<"counts">> }) {
  return (
    <PartCard title="Looked after" part={part}>
      {({ processes, series, rules, rulesFailing }) => (
        <dl className="grid grid-cols-3 gap-3 text-sm">
          <Count name={processes === 1 ? "process" : "processes"} value={processes} />
          <Count name="series" value={series} />
          <Count name={rulesFailing ? `rules, ${rulesFailing} failing` : "rules"} value={rules} />
        </dl>
      )}
    </PartCard>
  );
}

function Count({ name, value }: { name: string; value: number | null }) {
  return (
    <div className="flex flex-col-reverse">
      <dt className="text-quiet text-xs">{name}</dt>
      <dd className="text-xl font-semibold">{quantity(value)}</dd>
    </div>
  );
}
