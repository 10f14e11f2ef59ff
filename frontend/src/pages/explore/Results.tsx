/** What the expressions answer: a chart of all of them, or their newest values; mistakes at their place. */

import { AddToDashboard } from "../dashboards/AddToDashboard";
import { Asked as Loaded } from "../../ui/Asked";
import { Card } from "../../ui/Card";
import type { Asked } from "./asked";
import { useInstants, useRanges } from "./asking";
import { Chart } from "./Chart";
import { Mistakes } from "./Mistakes";
import { NewestTable } from "./NewestTable";
import { unitOf } from "./unit";

export function Results({ asked }: { asked: Asked }) {
  return asked.view === "table" ? <Tables asked={asked} /> : <Charts asked={asked} />;
}

function Charts({ asked }: { asked: Asked }) {
  const answer = useRanges(asked.queries, asked.stepS);
  return (
    <Loaded answer={answer}>
      {(ranges) => (
        <>
          <Mistakes outcomes={ranges.outcomes} />
          <Card title={titleOf(asked)} aside={<Keep asked={asked} />}>
            <Chart ranges={ranges} asked={asked} />
          </Card>
        </>
      )}
    </Loaded>
  );
}

function Tables({ asked }: { asked: Asked }) {
  const answer = useInstants(asked.queries);
  return (
    <Loaded answer={answer}>
      {(outcomes) => (
        <>
          <Mistakes outcomes={outcomes} />
          {outcomes.map((outcome) =>
            "found" in outcome ? (
              <Card
                key={outcome.query}
                title={outcome.query}
                aside={<Keep asked={{ ...asked, queries: [outcome.query] }} />}
              >
                <NewestTable rows={outcome.found} unit={unitOf(outcome.query)} label={outcome.query} />
              </Card>
            ) : null,
          )}
        </>
      )}
    </Loaded>
  );
}

function titleOf({ queries }: Asked): string {
  return queries.length === 1 ? (queries[0] ?? "") : `${queries.length} expressions`;
}

function Keep({ asked: { queries, legend, isStacked, view } }: { asked: Asked }) {
  const kind = view === "table" ? "table" : isStacked ? "stacked" : "line";
  return (
    <AddToDashboard
      queries={queries.map((expr) => ({ expr, legend }))}
      kind={kind}
      unit={unitOfAll(queries)}
    />
  );
}

/** The unit of all expressions, where they agree. */
export function unitOfAll(queries: readonly string[]): string {
  const units = new Set(queries.map(unitOf));
  return units.size === 1 ? ([...units][0] ?? "") : "";
}
