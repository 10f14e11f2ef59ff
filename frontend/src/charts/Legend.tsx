/** The lines of a chart by name, with their values at the cursor, or else the newest; each can be hidden. */

import { quantity } from "../format/quantity";
import { momentText } from "../format/moment";
import { seriesRole } from "./colors";
import { newest } from "./cursor";
import type { TimeChartProps } from "./types";

interface LegendProps {
  readonly chart: TimeChartProps;
  /** Where the cursor stands among the times. */
  readonly at: number | null;
  readonly hidden: ReadonlySet<string>;
  readonly onToggle: (name: string) => void;
}

export function Legend({ chart, at, hidden, onToggle }: LegendProps) {
  const { lines, times, unit, span } = chart;
  const shown = at ?? newest(lines.map((line) => line.values));
  const atS = shown === null ? undefined : times[shown];
  return (
    <div
      className={`text-quiet mt-1 flex flex-wrap gap-x-3 overflow-y-auto pl-2 text-xs ${chart.height === "fill" ? "max-h-[round(down,55%,1.5rem)] shrink-0" : "max-h-28"}`}
    >
      <span className="py-1 whitespace-nowrap">
        {atS === undefined ? "" : momentText(atS * 1000, span)}
        <span className="sr-only">{at === null ? ", the newest" : ""}</span>
      </span>
      {lines.map((line, place) => (
        <button
          key={line.name}
          type="button"
          aria-pressed={!hidden.has(line.name)}
          title={hidden.has(line.name) ? `Show ${line.name}` : `Hide ${line.name}`}
          onClick={() => onToggle(line.name)}
          className="hover:text-text flex max-w-full items-center gap-1.5 rounded py-1 text-left aria-[pressed=false]:line-through aria-[pressed=false]:text-muted"
        >
          <span
            aria-hidden="true"
            className={`w-3.5 shrink-0 border-t-2 ${line.dashed ? "border-dashed" : ""}`}
            style={{ borderColor: `var(--${line.role ?? seriesRole(place)})` }}
          />
          <span className="truncate">{line.name}</span>
          <span className="text-text font-medium whitespace-nowrap">
            {quantity(shown === null ? null : (line.said ?? line.values)[shown], unit)}
          </span>
        </button>
      ))}
    </div>
  );
}
