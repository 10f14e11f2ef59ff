/** How uPlot is told what to draw; the values come by themselves, many times. */

import type uPlot from "uplot";

import { tickText } from "../format/moment";
import { quantity } from "../format/quantity";
import { color, faded, seriesRole } from "./colors";
import { drawOver } from "./draw";
import { limitsOf } from "./limits";
import type { TimeChartProps } from "./types";

/** What stands left and right of the plot, in pixels; markers and states keep to it. */
export const LEFT = 70;
export const RIGHT = 8;
export const HEIGHT = 180;
/** What a legend of one row takes below it. */
export const LEGEND = 28;
/** What the times below the plot take. */
const BELOW = 28;

/** How strongly the areas of a stack are coloured. */
const STACKED = 0.35;

const CURSOR = "charts";
/** Bytes are counted in powers of two: ticks at 1 MiB and 2 MiB rather than at 976 KiB. */
const BINARY_STEPS = Array.from({ length: 52 }, (_, power) => 2 ** power);

/** What a plot tells of. */
export interface Told {
  readonly props: () => TimeChartProps;
  readonly cursorAt: (at: number | null) => void;
  readonly selected: (sinceS: number, untilS: number) => void;
  readonly zoomedOut: () => void;
}

export function dataOf(props: TimeChartProps): uPlot.AlignedData {
  return [props.times as number[], ...props.lines.map((line) => line.values as (number | null)[])];
}

/** Return what, when it changes, asks for another plot rather than for other values. */
export function shapeOf({ lines, unit, bands }: TimeChartProps): string {
  const names = lines.map((line) => `${line.name}|${line.role ?? ""}|${line.dashed ? "-" : ""}`);
  return JSON.stringify([names, unit, bands ?? []]);
}

export function optionsOf(width: number, hidden: ReadonlySet<string>, told: Told): uPlot.Options {
  const { height = HEIGHT, lines, bands = [] } = told.props();
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, RIGHT, 0, 0],
    cursor: cursorOf(told),
    scales: {
      x: { range: () => [told.props().span.sinceMs / 1000, told.props().span.untilMs / 1000] },
      y: { range: (_, low, high) => limitsOf(low, high, told.props().threshold) },
    },
    axes: axesOf(told),
    series: [
      {},
      ...lines.map((line, at) => ({
        label: line.name,
        show: !hidden.has(line.name),
        stroke: color(line.role ?? seriesRole(at)),
        width: 1.6,
        points: { show: false },
        ...(line.dashed ? { dash: [5, 4] } : {}),
        ...(line.area ? { fill: faded(line.role ?? seriesRole(at), STACKED) } : {}),
      })),
    ],
    bands: bands.map(([upper, lower, role]) => ({
      series: [upper + 1, lower + 1] as [number, number],
      fill: role === undefined ? faded("series-1", 0.14) : faded(role, STACKED),
    })),
    hooks: {
      draw: [(plot) => drawOver(plot, told.props())],
      setCursor: [(plot) => told.cursorAt(plot.cursor.idx ?? null)],
      setSelect: [(plot) => select(plot, told)],
    },
  };
}

function cursorOf(told: Told): uPlot.Cursor {
  return {
    sync: { key: CURSOR, setSeries: false },
    drag: { x: true, y: false, setScale: false },
    points: { size: 6 },
    bind: {
      dblclick: () => () => {
        told.zoomedOut();
        return null;
      },
    },
  };
}

function axesOf(told: Told): uPlot.Axis[] {
  const axis = {
    stroke: color("quiet"),
    grid: { stroke: color("line"), width: 1 },
    ticks: { stroke: color("line"), width: 1 },
    font: "11px system-ui, sans-serif",
  };
  return [
    {
      ...axis,
      space: 70,
      size: BELOW,
      values: (plot, ticks) => timeLabels(ticks, plot.scales.x, plot.width),
    },
    {
      ...axis,
      size: LEFT,
      values: (_, ticks) => ticks.map((tick) => quantity(tick, told.props().unit)),
      ...(told.props().unit.startsWith("By") ? { incrs: BINARY_STEPS } : {}),
    },
  ];
}

/** What half a character of a label takes at most, in pixels. */
const HALF_CHARACTER = 3.2;

/** Write the times below a plot, without one that the right edge would cut off. */
export function timeLabels(
  ticks: readonly number[],
  { min = 0, max = 0 }: Pick<uPlot.Scale, "min" | "max"> = {},
  width: number,
): string[] {
  const perSecond = (width - LEFT - RIGHT) / (max - min);
  return ticks.map((tick) => {
    const text = tickText(tick, max - min);
    const left = (max - tick) * perSecond + RIGHT;
    return left < text.length * HALF_CHARACTER ? "" : text;
  });
}

function select(plot: uPlot, told: Told): void {
  const { left, width } = plot.select;
  if (width === 0) return;
  const [sinceS, untilS] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  told.selected(sinceS, untilS);
}
