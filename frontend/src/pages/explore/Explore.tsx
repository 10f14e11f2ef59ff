/** Any question in PromQL: written, or put together; a chart, a table, mistakes at their place, a link to share. */

import { useState } from "react";

import { useChange, usePlace } from "../../app/location";
import { Button } from "../../ui/Button";
import { type Asked, askedOf, changesOf } from "./asked";
import { BuilderCard } from "./BuilderCard";
import { Options } from "./Options";
import { Queries } from "./Queries";
import { Results } from "./Results";
import { Start } from "./Start";

export default function Explore() {
  const change = useChange();
  const asked = askedOf(usePlace().parameters);
  const [isBuilding, setIsBuilding] = useState(false);
  const ask = (changed: Partial<Asked>) => change(changesOf(changed));
  const isBuilderShown = isBuilding || asked.queries.length === 0;
  return (
    <div className="grid gap-4">
      <Queries asked={asked.queries} onAsk={(queries) => ask({ queries })} />
      {asked.queries.length === 0 ? null : (
        <div className="flex flex-wrap items-end gap-3">
          <Button aria-expanded={isBuilding} onClick={() => setIsBuilding(!isBuilding)}>
            Put a question together
          </Button>
          <Options asked={asked} onChange={ask} />
        </div>
      )}
      {isBuilderShown ? (
        <BuilderCard onAsk={(query) => ask({ queries: [...asked.queries.slice(0, -1), query] })} />
      ) : null}
      {asked.queries.length === 0 ? (
        <Start onAsk={(query) => ask({ queries: [query] })} />
      ) : (
        <Results asked={asked} />
      )}
    </div>
  );
}
