/** One figure, large, with how it went and how it changed. */

import type { Values } from "../charts/Sparkline";
import { Sparkline } from "../charts/Sparkline";
import { change, quantity } from "../format/quantity";

interface FigureProps {
  readonly name: string;
  readonly value: number | null | undefined;
  readonly unit: string;
  readonly values?: Values;
  readonly changed?: number | null | undefined;
  /** Whether more of it is worse, which colours a change; left out where neither is. */
  readonly moreIs?: "worse" | "better";
}

const NOTABLE = 0.1;

export function Figure({ name, value, unit, values, changed, moreIs }: FigureProps) {
  return (
    <div className="min-w-0">
      <div className="text-quiet text-xs">{name}</div>
      <div className="mt-0.5 flex items-baseline gap-2">
        <span className="text-2xl font-semibold tracking-tight">{quantity(value, unit)}</span>
        {changed === undefined || changed === null ? null : (
          <span className={`text-xs ${toneOf(changed, moreIs)}`} title="against the period before">
            {change(changed)}
          </span>
        )}
      </div>
      {values ? <Sparkline values={values} label={`${name}, how it went`} /> : null}
    </div>
  );
}

function toneOf(changed: number, moreIs: FigureProps["moreIs"]): string {
  if (moreIs === undefined || Math.abs(changed) < NOTABLE) return "text-quiet";
  return changed > 0 === (moreIs === "worse") ? "text-bad" : "text-good";
}
