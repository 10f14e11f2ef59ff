/** What is drawn over the lines: the threshold, and the moments that are marked. */

import type uPlot from "uplot";

import { color } from "./colors";
import type { TimeChartProps } from "./types";

type Point = readonly [number, number];

export function drawOver(plot: uPlot, { markers = [], threshold }: TimeChartProps): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  if (threshold !== undefined) {
    const y = plot.valToPos(threshold, "y", true);
    stroke(ctx, "bad", [bbox.left, y], [bbox.left + bbox.width, y]);
  }
  for (const marker of markers) {
    const x = plot.valToPos(marker.atS, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    stroke(ctx, marker.role, [x, bbox.top], [x, bbox.top + bbox.height]);
  }
  ctx.restore();
}

function stroke(ctx: CanvasRenderingContext2D, role: string, from: Point, to: Point): void {
  ctx.strokeStyle = color(role);
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
}
