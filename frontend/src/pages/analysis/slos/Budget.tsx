/** What is left of an error budget, as a bar and a number. */

import { quantity } from "../../../format/quantity";

const LITTLE = 0.25;

export function Budget({ remaining }: { remaining: number | null }) {
  const share = Math.min(Math.max(remaining ?? 0, 0), 1);
  return (
    <div>
      <div className="flex items-baseline justify-between gap-3">
        <span className="text-2xl font-semibold tracking-tight">{leftText(remaining)}</span>
        <span className="text-quiet text-xs">of the error budget</span>
      </div>
      <div aria-hidden="true" className="bg-raised mt-1.5 h-2 overflow-hidden rounded-full">
        <div className={`h-full rounded-full ${colorOf(share)}`} style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
}

function colorOf(share: number): string {
  if (share === 0) return "bg-bad";
  return share < LITTLE ? "bg-warn" : "bg-good";
}

/** Write what is left; below nothing it is what was spent too much. */
export function leftText(remaining: number | null): string {
  if (remaining === null) return "not known";
  return remaining < 0 ? `${quantity(-remaining, "1")} too much spent` : `${quantity(remaining, "1")} left`;
}
