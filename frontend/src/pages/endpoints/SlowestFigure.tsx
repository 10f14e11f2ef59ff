/** How long all but the slowest requests take, and how that changed. */

import { fromPercent } from "../../format/quantity";
import { Figure } from "../../ui/Figure";

interface SlowestFigureProps {
  readonly now: { readonly latencySeconds: { readonly p95: number | null } };
  readonly change: { readonly p95Percent: number | null };
}

export function SlowestFigure({ now, change }: SlowestFigureProps) {
  return (
    <Figure
      name="95 of 100 within"
      value={now.latencySeconds.p95}
      unit="s"
      changed={fromPercent(change.p95Percent)}
      moreIs="worse"
    />
  );
}
