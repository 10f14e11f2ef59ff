/** The axes of a plot: times below it, values left of it with as much room as the longest of them takes. */

import type uPlot from "uplot";

import { tickText } from "../format/moment";
import { quantity } from "../format/quantity";
import { color } from "./colors";

/** What stands left of the plot at least, so that charts below each other begin at the same place. */
export const LEFT = 70;
/** What stands right of it. */
export const RIGHT = 8;
/** What the times below the plot take. */
const BELOW = 28;
/** The length of a tick, and what is between it and its label. */
const TICK = 10;
const GAP = 5;
const FONT = "11px system-ui, sans-serif";

/** Bytes are counted in powers of two: ticks at 1 MiB and 2 MiB rather than at 976 KiB. */
const BINARY_STEPS = Array.from({ length: 52 }, (_, power) => 2 ** power);
/** Seconds are counted in sixties and twenty-fours: ticks at 5 min and 10 min rather than at 8 min 20 s. */
const TIME_STEPS = [
  ...decades(-9, 0),
  ...[10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200],
  ...decades(0, 6).map((days) => days * 86_400),
];

/** Return 1, 2 and 5 times the powers of ten; read from texts, as exact as uPlot wants them. */
function decades(first: number, last: number): readonly number[] {
  const powers = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  return powers.flatMap((power) => [1, 2, 5].map((step) => Number(`${step}e${power}`)));
}

export function axesOf(unit: () => string): uPlot.Axis[] {
  const axis = {
    stroke: color("quiet"),
    grid: { stroke: color("line"), width: 1 },
    ticks: { stroke: color("line"), width: 1, size: TICK },
    gap: GAP,
    font: FONT,
  };
  return [
    {
      ...axis,
      space: 70,
      size: BELOW,
      values: (plot, ticks) => timeLabels(ticks, plot.scales.x, insideOf(plot).width),
    },
    {
      ...axis,
      size: (plot, labels) => roomFor(plot.ctx, labels),
      values: (_, ticks) => ticks.map((tick) => quantity(tick, unit())),
      ...stepsOf(unit()),
    },
  ];
}

function stepsOf(unit: string): Pick<uPlot.Axis, "incrs"> {
  if (unit.startsWith("By")) return { incrs: BINARY_STEPS };
  return unit === "s" ? { incrs: TIME_STEPS } : {};
}

/** Return where a plot begins and how wide it is between its axes, in pixels of the page. */
export function insideOf({ bbox }: uPlot): { readonly left: number; readonly width: number } {
  return { left: bbox.left / devicePixelRatio, width: bbox.width / devicePixelRatio };
}

/** Return what labels left of a plot take, in pixels; there are none before the plot has a scale. */
export function roomFor(
  context: Pick<CanvasRenderingContext2D, "font" | "measureText" | "save" | "restore">,
  labels: readonly string[] | null,
): number {
  context.save();
  context.font = FONT;
  const widths = (labels ?? []).map((label) => context.measureText(label).width);
  context.restore();
  return Math.max(LEFT, Math.ceil(Math.max(0, ...widths)) + TICK + GAP);
}

/** What half a character of a label takes at most, in pixels. */
const HALF_CHARACTER = 3.2;

/** Write the times below a plot that is so wide, without one that the right edge would cut off. */
export function timeLabels(
  ticks: readonly number[],
  { min = 0, max = 0 }: Pick<uPlot.Scale, "min" | "max"> = {},
  width: number,
): string[] {
  const perSecond = width / (max - min);
  return ticks.map((tick) => {
    const text = tickText(tick, max - min);
    const left = (max - tick) * perSecond + RIGHT;
    return left < text.length * HALF_CHARACTER ? "" : text;
  });
}
