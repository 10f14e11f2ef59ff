/** The columns of what rises and falls. */

import { linkTo, usePlace } from "../../../app/location";
import { Sparkline } from "../../../charts/Sparkline";
import type { Column } from "../../../ui/Table";
import type { Looked, TrendWindow } from "../answers";
import { pathTo } from "../tabs";
import { labelsText, momentText } from "../words";
import { changeText, directionOf, paceText } from "./pace";
import type { Usual } from "./usual";

export interface Going {
  readonly usual: Usual;
  readonly looked: Looked;
  readonly window: TrendWindow;
}

const MOST_POINTS = 100;

export function useColumns(): readonly Column<Going>[] {
  const here = usePlace();
  return [
    {
      name: "Series",
      cell: ({ usual, looked }) => (
        <a
          className="hover:underline"
          href={linkTo(pathTo("trends"), here, { metric: usual.query, unit: usual.unit })}
        >
          <span className="text-accent">{usual.title}</span>
          <span className="text-quiet block font-mono text-[13px]">{labelsText(looked.labels)}</span>
        </a>
      ),
    },
    { name: "Way", cell: ({ window }) => <Way window={window} /> },
    { name: "From, to", cell: ({ window, usual }) => changeText(window, usual.unit) },
    { name: "How fast", isExtra: true, cell: ({ window, usual }) => paceText(window, usual.unit) },
    { name: "Steps", isExtra: true, cell: ({ looked }) => <Steps looked={looked} /> },
    {
      name: "How it went",
      isExtra: true,
      cell: ({ looked, usual }) => (
        <div className="min-w-32">
          <Sparkline values={thinned(looked)} label={`${usual.title}, how it went`} />
        </div>
      ),
    },
  ];
}

export function Way({ window }: { window: TrendWindow }) {
  const { sign, text, isMoving } = directionOf(window);
  return (
    <span className={`whitespace-nowrap ${isMoving ? "font-medium" : "text-quiet"}`}>
      <span aria-hidden="true" className="text-[0.7em]">
        {sign}
      </span>{" "}
      {text}
      {window.seasonal ? <span className="text-quiet block text-xs">as on other days</span> : null}
    </span>
  );
}

function Steps({ looked }: { looked: Looked }) {
  const last = looked.changes.at(-1);
  if (last === undefined) return null;
  const text = looked.changes.length === 1 ? "one" : `${looked.changes.length}, the last`;
  return (
    <span className="text-xs">
      {text} {momentText(last.time)}
    </span>
  );
}

/** Take every so manieth point: a small line shows no more. */
function thinned({ points }: Looked): readonly number[] {
  const every = Math.ceil(points.length / MOST_POINTS) || 1;
  return points.filter((_, at) => at % every === 0).map(({ value }) => value);
}
