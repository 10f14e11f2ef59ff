/** Which of the alerts that fire now a silence would quieten: shown before it is made. */

import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import type { Preview as Answer } from "../answers";
import { type MatcherGiven, preview } from "../doing";
import { aboutText, plural } from "../words";

const MOST = 5;
const SETTLED_MS = 300;

export function Preview({ matchers }: { matchers: readonly MatcherGiven[] }) {
  const asked = useSettled(matchers);
  const answer = useQuery({
    queryKey: ["silences/preview", asked],
    queryFn: () => preview(asked),
    enabled: asked.length > 0,
    retry: false,
  });
  return (
    <div role="status" className="bg-raised rounded-lg px-3 py-2 text-sm">
      {asked.length === 0 ? (
        <p className="text-quiet">Say what is to be quiet; what that matches is shown here.</p>
      ) : answer.error ? (
        <p className="text-bad">{answer.error.message}</p>
      ) : answer.data === undefined ? (
        <p className="text-quiet">Looking at what fires…</p>
      ) : (
        <Matched found={answer.data} />
      )}
    </div>
  );
}

function Matched({ found: { alerts, total } }: { found: Answer }) {
  if (total === 0) {
    return <p>Matches nothing that fires now; it holds for what begins to fire later.</p>;
  }
  return (
    <>
      <p className="font-medium">Quietens {plural(total, "alert that fires", "alerts that fire")} now</p>
      <ul className="text-quiet mt-1 text-xs">
        {alerts.slice(0, MOST).map(({ fingerprint, labels }) => (
          <li key={fingerprint} className="break-words">
            {labels.alertname} <span className="font-mono">{aboutText(labels)}</span>
          </li>
        ))}
        {total > MOST ? <li>and {total - MOST} more</li> : null}
      </ul>
    </>
  );
}

/** Return what is typed once it has been left alone for a moment. */
function useSettled(matchers: readonly MatcherGiven[]): readonly MatcherGiven[] {
  const [settled, setSettled] = useState(matchers);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(matchers), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [matchers]);
  return settled;
}
