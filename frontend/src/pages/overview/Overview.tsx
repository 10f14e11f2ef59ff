/** What is wrong, since when and why, in one look; below it what the answer is made of. */

import { memo, useDeferredValue } from "react";

import { useAnswer } from "../../api/questions";
import type { Dashboard } from "../../api/types";
import { usePeriod } from "../../app/period";
import { Asked } from "../../ui/Asked";
import { Counts } from "./Counts";
import { Firing, Unusual, WorthKnowing } from "./Found";
import { Requests } from "./Requests";
import { Levels, System } from "./Standing";
import { WhatIsWrong } from "./WhatIsWrong";
import { WorstEndpoints } from "./WorstEndpoints";

const REFRESH_MS = 5000;

export default function Overview() {
  const { asked } = usePeriod();
  const answer = useAnswer<Dashboard>("dashboard", asked, REFRESH_MS);
  return <Asked answer={answer}>{(found) => <Answered found={found} />}</Asked>;
}

/** What is wrong at once; what it is made of follows, in pieces that let the reader scroll and press meanwhile. */
function Answered({ found }: { found: Dashboard }) {
  const rest = useDeferredValue(found, null);
  return (
    <div className="grid gap-4 lg:grid-cols-3">
      <div className="min-w-0 lg:col-span-3">
        <WhatIsWrong found={found} />
      </div>
      {rest === null ? null : <Rest found={rest} />}
    </div>
  );
}

const Rest = memo(function Rest({ found }: { found: Dashboard }) {
  return (
    <>
      <Requests part={found.requests} />
      <Firing part={found.alerts} />
      <Unusual part={found.anomalies} />
      <WorthKnowing part={found.insights} />
      <WorstEndpoints part={found.endpoints} />
      <Levels part={found.slos} />
      <System part={found.system} />
      <Counts part={found.counts} />
    </>
  );
});
