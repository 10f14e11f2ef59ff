/** Which way a series goes and how fast, in words. */

import { change, fromPercent, quantity } from "../../../format/quantity";
import type { TrendWindow } from "../answers";

const DAY_S = 86_400;
const UNITS: readonly (readonly [least: number, size: number, name: string])[] = [
  [28 * DAY_S, 7 * DAY_S, "a week"],
  [DAY_S, DAY_S, "a day"],
  [3600, 3600, "an hour"],
];

interface Direction {
  readonly sign: string;
  readonly text: string;
  readonly isMoving: boolean;
}

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  rising: { sign: "▲", text: "rises", isMoving: true },
  falling: { sign: "▼", text: "falls", isMoving: true },
  steady: { sign: "●", text: "steady", isMoving: false },
};
const UNCLEAR: Direction = { sign: "○", text: "no clear way", isMoving: false };

export function directionOf({ direction }: Pick<TrendWindow, "direction">): Direction {
  return DIRECTIONS[direction] ?? UNCLEAR;
}

export function lengthS({ start, end }: Pick<TrendWindow, "start" | "end">): number {
  return (Date.parse(end) - Date.parse(start)) / 1000;
}

/** Write how much it goes up or down in a time that suits the window, with the interval of 95 %. */
export function paceText(window: TrendWindow, unit: string): string {
  const { slope, slopeLow, slopeHigh } = window;
  if (slope === null) return "";
  const [, size, name] = UNITS.find(([least]) => lengthS(window) >= least) ?? [0, 60, "a minute"];
  const shown = (value: number) => quantity(value * size, unit);
  const sign = slope > 0 ? "+" : "";
  const between =
    slopeLow === null || slopeHigh === null ? "" : ` (${shown(slopeLow)} to ${shown(slopeHigh)})`;
  return `${sign}${shown(slope)} ${name}${between}`;
}

/** Write from where to where the line goes, and by how much that is. */
export function changeText({ startValue, endValue, changePercent }: TrendWindow, unit: string): string {
  if (startValue === null || endValue === null) return "";
  const by = change(fromPercent(changePercent));
  return `${quantity(startValue, unit)} → ${quantity(endValue, unit)}${by ? ` (${by})` : ""}`;
}

/** Return the value of the line of a window at each time; nothing outside it. */
export function lineOf(window: TrendWindow, times: readonly number[]): readonly (number | null)[] {
  const { startValue, endValue } = window;
  const startS = Date.parse(window.start) / 1000;
  const wholeS = lengthS(window);
  return times.map((time) => {
    const share = (time - startS) / wholeS;
    if (startValue === null || endValue === null || share < 0 || share > 1) return null;
    return startValue + share * (endValue - startValue);
  });
}

/** How much something moves, for the order: what goes one way by the most comes first. */
export function weightOf(window: TrendWindow | undefined): number {
  if (window === undefined || !directionOf(window).isMoving || window.seasonal) return -1;
  return Math.abs(window.changePercent ?? 0);
}
