/** The newest values of a panel, large, each with how it went. */

import { Sparkline } from "../../charts/Sparkline";
import { quantity } from "../../format/quantity";
import type { Chart } from "./asking";
import type { Panel } from "./types";

const MOST = 12;

export function Figures({ panel, chart }: { panel: Panel; chart: Chart }) {
  const shown = chart.lines.slice(0, MOST);
  const left = chart.lines.length - shown.length + chart.more;
  return (
    <div className="grid grid-cols-[repeat(auto-fit,minmax(9rem,1fr))] gap-3">
      {shown.map(({ name, values }) => {
        const value = newest(values);
        const isBad = panel.threshold !== null && value !== null && value >= panel.threshold;
        return (
          <div key={name} className="min-w-0">
            {chart.lines.length > 1 ? <div className="text-quiet truncate text-xs">{name}</div> : null}
            <div className={`text-2xl font-semibold tracking-tight ${isBad ? "text-bad" : ""}`}>
              {quantity(value, panel.unit)}
              {isBad ? (
                <span className="ml-2 text-xs font-medium">
                  ■ over {quantity(panel.threshold, panel.unit)}
                </span>
              ) : null}
            </div>
            <Sparkline values={values} label={`${panel.title}${name ? `, ${name}` : ""}, how it went`} />
          </div>
        );
      })}
      {left > 0 ? <p className="text-quiet text-xs">and {left} more</p> : null}
    </div>
  );
}

/** The last value that is known. */
export function newest(values: readonly (number | null)[]): number | null {
  return values.findLast((value) => value !== null) ?? null;
}
