/** When something was in which state, as a band without a chart above it. */

import { percentOf, stateText } from "../../charts/places";
import type { State } from "../../charts/types";
import { tickText } from "../../format/moment";
import type { Span } from "../../time/range";
import type { Tone } from "../../ui/Badge";

/** The height tells the tone as well: the worse, the higher. */
const FORMS: Readonly<Record<Tone, string>> = {
  bad: "h-full bg-bad",
  warn: "h-2/3 bg-warn",
  good: "h-1/3 bg-good",
  muted: "h-1/3 bg-muted",
};
const MOST_TOLD = 10;

interface BandsProps {
  readonly label: string;
  readonly states: readonly State[];
  readonly span: Span;
}

export function Bands({ label, states, span }: BandsProps) {
  const told = states.slice(0, MOST_TOLD).map(stateText).join("; ");
  const more = states.length > MOST_TOLD ? `; and ${states.length - MOST_TOLD} times more` : "";
  return (
    <div
      role="img"
      aria-label={`${label}: ${told || "not in this time"}${more}`}
      className="bg-raised relative h-4 overflow-hidden rounded"
    >
      {states.map((state, at) => {
        const left = percentOf(state.fromS, span);
        return (
          <span
            key={`${state.fromS} ${at}`}
            title={stateText(state)}
            className={`absolute bottom-0 min-w-0.5 ${FORMS[state.tone]}`}
            style={{ left: `${left}%`, width: `${percentOf(state.toS, span) - left}%` }}
          />
        );
      })}
    </div>
  );
}

/** The ends of the time that bands are laid over. */
export function Ends({ span }: { span: Span }) {
  const lengthS = (span.untilMs - span.sinceMs) / 1000;
  return (
    <p aria-hidden="true" className="text-quiet flex justify-between text-xs">
      <span>{tickText(span.sinceMs / 1000, lengthS)}</span>
      <span>{tickText(span.untilMs / 1000, lengthS)}</span>
    </p>
  );
}
