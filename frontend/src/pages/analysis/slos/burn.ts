/** How fast an error budget goes, and when that calls somebody. */

import type { Newest } from "../../../api/lookups";
import type { Slo } from "../answers";
import { windowText } from "../words";

type Level = Slo["levels"][number];

export interface Burning {
  readonly level: Level;
  /** How many times as fast as the budget allows for; nothing where no rate is recorded. */
  readonly short: number | null;
  readonly long: number | null;
  /** Both windows are too fast. */
  readonly isTooFast: boolean;
}

const RATE = "slo:sli_error:ratio_rate";

/** Return PromQL of the share of bad events over every window that is recorded. */
export function ratesQuery(name: string): string {
  return `max by (__name__) ({__name__=~"${RATE}.+", slo=${JSON.stringify(name)}})`;
}

/** Put the rates of both windows beside each level of the alerts, as multiples of what the budget allows for. */
export function burningOf(
  { levels, target }: Pick<Slo, "levels" | "target">,
  rates: readonly Newest[],
): readonly Burning[] {
  const allowed = 1 - target;
  const over = (seconds: number): number | null => {
    const found = rates.find(({ metric }) => metric.__name__ === `${RATE}${windowText(seconds)}`);
    const value = Number(found?.value ?? NaN);
    return Number.isFinite(value) && allowed > 0 ? value / allowed : null;
  };
  return levels.map((level) => {
    const [short, long] = [over(level.shortSeconds), over(level.longSeconds)];
    const isTooFast = (short ?? 0) > level.factor && (long ?? 0) > level.factor;
    return { level, short, long, isTooFast };
  });
}

/** Write a burn rate: once is as fast as the budget lasts for. */
export function timesText(rate: number | null): string {
  if (rate === null) return "–";
  return `${Number(rate.toPrecision(3))}×`;
}

/** Write a target with all its nines. */
export function targetText(target: number): string {
  return `${Number((target * 100).toPrecision(8))}%`;
}

/** Return this month and those before it, as the API names them. */
export function monthsUpTo(atMs: number, count: number): readonly string[] {
  const now = new Date(atMs);
  return Array.from({ length: count }, (_, before) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - before, 1)).toISOString().slice(0, 7),
  );
}
