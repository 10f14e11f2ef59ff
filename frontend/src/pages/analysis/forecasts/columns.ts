/** What was and what comes, side by side as a chart takes them. */

import { type Continued, numberOf } from "../answers";

type Values = readonly (number | null)[];

export interface Columns {
  readonly times: readonly number[];
  readonly seen: Values;
  readonly expected: Values;
  readonly low: Values;
  readonly high: Values;
  /** When what was ends, Unix seconds. */
  readonly nowS: number | null;
}

export function columnsOf({ history, forecast }: Pick<Continued, "history" | "forecast">): Columns {
  const before = history.map(() => null);
  const after = forecast.map(() => null);
  const last = history.at(-1);
  return {
    times: [...history, ...forecast].map(({ time }) => Date.parse(time) / 1000),
    seen: [...history.map(({ value }) => numberOf(value)), ...after],
    expected: [...before, ...forecast.map(({ value }) => value)],
    low: [...before, ...forecast.map(({ low }) => low)],
    high: [...before, ...forecast.map(({ high }) => high)],
    nowS: last === undefined ? null : Date.parse(last.time) / 1000,
  };
}

const HORIZONS = ["6h", "2d", "7d", "30d"] as const;
export type Horizon = (typeof HORIZONS)[number];
export const HORIZON_CHOICES: readonly Horizon[] = HORIZONS;

/** Read a horizon of an address; what is none is two days. */
export function horizonOf(text: string | null): Horizon {
  return HORIZONS.find((one) => one === text) ?? "2d";
}

/** Return the shortest horizon to choose that is as long as some seconds. */
export function horizonFor(seconds: number): Horizon {
  const lengths: Readonly<Record<Horizon, number>> = {
    "6h": 21_600,
    "2d": 172_800,
    "7d": 604_800,
    "30d": Infinity,
  };
  return HORIZONS.find((one) => lengths[one] >= seconds) ?? "30d";
}
