/** How fast the budget goes over each pair of windows, and at which pace somebody is called. */

import { useQuery } from "@tanstack/react-query";

import { queryAt } from "../../../api/lookups";
import { Asked } from "../../../ui/Asked";
import { Badge } from "../../../ui/Badge";
import { Card } from "../../../ui/Card";
import { type Column, Table } from "../../../ui/Table";
import type { Slo } from "../answers";
import { ToExplore } from "../links";
import { windowText } from "../words";
import { type Burning, burningOf, ratesQuery, timesText } from "./burn";

const COLUMNS: readonly Column<Burning>[] = [
  {
    name: "Over",
    cell: ({ level }) => `${windowText(level.longSeconds)} and ${windowText(level.shortSeconds)}`,
  },
  {
    name: "Who is called",
    cell: ({ level }) => (level.urgency === "page" ? "somebody, at once" : "a ticket is enough"),
  },
  { name: "Called from", isNumber: true, cell: ({ level }) => timesText(level.factor) },
  { name: "Longer window", isNumber: true, cell: ({ long }) => timesText(long) },
  { name: "Shorter window", isNumber: true, cell: ({ short }) => timesText(short) },
  {
    name: "State",
    cell: ({ isTooFast, long, short }) =>
      isTooFast ? (
        <Badge tone="bad">too fast</Badge>
      ) : (
        <Badge tone={long === null || short === null ? "muted" : "good"}>
          {long === null || short === null ? "not known yet" : "slow enough"}
        </Badge>
      ),
  },
];

export function BurnRates({ slo, atMs }: { slo: Slo; atMs: number }) {
  const query = ratesQuery(slo.name);
  const answer = useQuery({
    queryKey: ["burn rates", query, atMs],
    queryFn: ({ signal }) => queryAt(query, atMs, signal),
  });
  return (
    <Card title="How fast it goes" aside={<ToExplore query={query} />}>
      <p className="text-quiet mb-2 text-sm">
        1× spends the budget in just its window. Somebody is called while both windows of a pair are faster
        than allowed, and at least {slo.minEvents} events were counted.
      </p>
      <Asked answer={answer}>
        {(rates) => (
          <Table
            label={`Burn rates of ${slo.name}`}
            columns={COLUMNS}
            rows={burningOf(slo, rates)}
            keyOf={({ level }) => String(level.longSeconds)}
          />
        )}
      </Asked>
    </Card>
  );
}
