/** How uPlot is told what to draw; the values come by themselves, many times. */

import type uPlot from "uplot";

import { axesOf, insideOf, RIGHT } from "./axes";
import { color, faded, seriesRole } from "./colors";
import { drawOver } from "./draw";
import { limitsOf } from "./limits";
import type { TimeChartProps } from "./types";

export const HEIGHT = 180;
/** What a legend of one row takes below it. */
export const LEGEND = 28;

/** How strongly the areas of a stack are coloured. */
const STACKED = 0.35;

const CURSOR = "charts";

/** What a plot tells of. */
export interface Told {
  readonly props: () => TimeChartProps;
  readonly cursorAt: (at: number | null) => void;
  readonly selected: (sinceS: number, untilS: number) => void;
  readonly zoomedOut: () => void;
  /** Where the plot begins, in pixels; the labels left of it may have become longer. */
  readonly beganAt: (left: number) => void;
}

export function dataOf(props: TimeChartProps): uPlot.AlignedData {
  return [props.times as number[], ...props.lines.map((line) => line.values as (number | null)[])];
}

/** Return what, when it changes, asks for another plot rather than for other values. */
export function shapeOf({ lines, unit, bands }: TimeChartProps): string {
  const names = lines.map((line) => `${line.name}|${line.role ?? ""}|${line.dashed ? "-" : ""}`);
  return JSON.stringify([names, unit, bands ?? []]);
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export function optionsOf(size: Size, hidden: ReadonlySet<string>, told: Told): uPlot.Options {
  const { lines, bands = [] } = told.props();
  return {
    ...size,
    legend: { show: false },
    padding: [8, RIGHT, 0, 0],
    cursor: cursorOf(told),
    scales: {
      x: { range: () => [told.props().span.sinceMs / 1000, told.props().span.untilMs / 1000] },
      y: { range: (_, low, high) => limitsOf(low, high, told.props().threshold) },
    },
    axes: axesOf(() => told.props().unit),
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
      draw: [(plot) => drawOver(plot, told.props()), (plot) => told.beganAt(insideOf(plot).left)],
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

function select(plot: uPlot, told: Told): void {
  const { left, width } = plot.select;
  if (width === 0) return;
  const [sinceS, untilS] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  told.selected(sinceS, untilS);
}
