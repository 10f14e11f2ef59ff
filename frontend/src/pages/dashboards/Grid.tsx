/** Panels at their places; while they are arranged, each can be dragged, and moved and resized by keys. */

import type { ReactNode } from "react";

import type { Marker } from "../../charts/TimeChart";
import { GAP_PX, inOrder, pixels, ROW_PX } from "./layout";
import { Panel } from "./Panel";
import type { Panel as Panels } from "./types";

interface GridProps {
  readonly panels: readonly Panels[];
  readonly markers: readonly Marker[];
  /** The buttons of a panel; they are there while panels are arranged. */
  readonly tools?: (panel: Panels) => ReactNode;
}

/** Panels up to this width go side by side where the screen is narrow. */
const NARROW_COLUMNS = 3;

export function Grid({ panels, markers, tools }: GridProps) {
  const read = inOrder(panels);
  // Whoever arranges panels by keys keeps the focus: nothing moves in the page but by its place.
  const shown = tools ? panels : read;
  return (
    <div
      data-grid
      className="grid grid-cols-2 md:grid-cols-12"
      style={{ gap: GAP_PX, gridAutoRows: `minmax(${ROW_PX}px, auto)` }}
    >
      {shown.map((panel) => (
        <section
          key={panel.id}
          aria-label={panel.title}
          style={{ ...variablesOf(panel), order: read.indexOf(panel) }}
          className="bg-card border-line flex h-(--high) min-w-0 flex-col overflow-hidden rounded-xl border p-3 [grid-column:var(--narrow)] md:[grid-column:var(--column)] md:[grid-row:var(--row)]"
        >
          <header className="mb-2 flex min-h-6 items-center justify-between gap-2">
            <h2 className="truncate text-sm font-semibold" title={panel.title}>
              {panel.title}
            </h2>
            {tools?.(panel)}
          </header>
          <Panel panel={panel} markers={markers} />
        </section>
      ))}
    </div>
  );
}

function variablesOf({ place: { x, y, w, h } }: Panels): React.CSSProperties {
  const found: Record<string, string> = {
    "--column": `${x + 1} / span ${w}`,
    "--narrow": `span ${w <= NARROW_COLUMNS ? 1 : 2}`,
    "--row": `${y + 1} / span ${h}`,
    "--high": `${pixels(h)}px`,
  };
  return found;
}
