/** What is wrong with expressions, at the place where it is wrong. */

import { placeOf } from "../../api/prometheus";
import { letterOf } from "./asked";
import type { Outcome } from "./asking";

export function Mistakes({ outcomes }: { outcomes: readonly Outcome<unknown>[] }) {
  return outcomes.map((outcome, at) =>
    "error" in outcome ? (
      <Mistake
        key={letterOf(at)}
        letter={outcomes.length > 1 ? letterOf(at) : ""}
        query={outcome.query}
        error={outcome.error}
      />
    ) : null,
  );
}

function Mistake({ letter, query, error }: { letter: string; query: string; error: Error }) {
  const place = query.includes("\n") ? null : placeOf(error);
  return (
    <div role="alert" className="bg-raised border-bad rounded-lg border-l-4 px-4 py-3 text-sm">
      <p className="text-bad font-medium">
        {letter ? `${letter}: ` : ""}
        {error.message}
      </p>
      {place === null ? null : (
        <pre tabIndex={0} className="mt-2 overflow-x-auto font-mono text-[13px]">
          {query}
          {"\n"}
          <span className="text-bad">{`${" ".repeat(place)}▲`}</span>
        </pre>
      )}
    </div>
  );
}
