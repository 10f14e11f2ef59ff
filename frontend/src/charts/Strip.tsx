/** What stands at and below a plot by the same time axis: marked moments, and bands of states. */

import type { Span } from "../time/range";
import type { Tone } from "../ui/Badge";
import { LEFT, RIGHT } from "./axes";
import { percentOf, placesOf, stateText } from "./places";
import type { Marker, State } from "./types";

/** The plot says where it begins, once it is drawn. */
const BEGIN = `var(--plot-left, ${LEFT}px)`;
const BESIDE = { left: BEGIN, right: RIGHT };

export function Markers({ markers, span }: { markers: readonly Marker[]; span: Span }) {
  return (
    <ul aria-label="Marked moments" className="pointer-events-none absolute top-0 h-0" style={BESIDE}>
      {placesOf(markers, span).map(({ percent, marker, text }) => (
        <li key={`${marker.atS} ${text}`} className="absolute" style={{ left: `${percent}%` }}>
          <Flag marker={marker} text={text} />
        </li>
      ))}
    </ul>
  );
}

function Flag({ marker, text }: { marker: Marker; text: string }) {
  const shared = {
    title: text,
    className: "pointer-events-auto absolute -top-1 -left-3 flex size-6 items-start justify-center text-xs",
    style: { color: `var(--${marker.role})` },
  };
  const sign = <span aria-hidden="true">▼</span>;
  if (marker.href === undefined) {
    return (
      <span role="img" aria-label={text} {...shared}>
        {sign}
      </span>
    );
  }
  return (
    <a href={marker.href} aria-label={text} {...shared}>
      {sign}
    </a>
  );
}

/** The height tells the tone as well: the worse, the higher. */
const FORMS: Readonly<Record<Tone, string>> = {
  bad: "h-full bg-bad",
  warn: "h-2/3 bg-warn",
  good: "h-1/3 bg-good",
  muted: "h-1/3 bg-muted",
};

export function States({ states, span }: { states: readonly State[]; span: Span }) {
  const label = states.length ? states.map(stateText).join("; ") : "nothing in this time";
  return (
    <div
      role="img"
      aria-label={`States: ${label}`}
      className="bg-raised relative mt-1 h-3 overflow-hidden rounded-sm"
      style={{ marginLeft: BEGIN, marginRight: RIGHT }}
    >
      {states.map((state) => {
        const left = percentOf(state.fromS, span);
        const width = percentOf(state.toS, span) - left;
        return (
          <span
            key={`${state.fromS} ${state.text}`}
            title={stateText(state)}
            className={`absolute bottom-0 min-w-0.5 ${FORMS[state.tone]}`}
            style={{ left: `${left}%`, width: `${width}%` }}
          />
        );
      })}
    </div>
  );
}
