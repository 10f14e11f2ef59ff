/** A heat map on a canvas: time across, durations upwards, the more requests the stronger the colour. */

import { color, faded } from "../../charts/colors";
import { LEFT, RIGHT } from "../../charts/axes";
import { quantity } from "../../format/quantity";
import { tickText } from "../../format/moment";
import { type Span, stepSeconds } from "../../time/range";
import { type Heat, strength } from "./heat";

/** A bucket and a step of the map. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

interface Drawn {
  readonly heat: Heat;
  readonly span: Span;
  readonly stepS: number;
  readonly cursor: Cell | null;
}

const TOP = 8;
const BOTTOM = 22;
const LEAST_LABEL = 15;
const FONT = "11px system-ui, sans-serif";
const TICK_EVERY = 110;

export function drawHeat(canvas: HTMLCanvasElement, size: Size, drawn: Drawn): void {
  const ctx = canvas.getContext("2d");
  if (ctx === null) return;
  const ratio = devicePixelRatio || 1;
  canvas.width = size.width * ratio;
  canvas.height = size.height * ratio;
  ctx.scale(ratio, ratio);
  ctx.font = FONT;
  drawCells(ctx, size, drawn);
  drawBounds(ctx, size, drawn.heat);
  drawTimes(ctx, size, drawn.span);
}

function drawCells(ctx: CanvasRenderingContext2D, size: Size, { heat, span, stepS, cursor }: Drawn): void {
  const high = rowHeight(size, heat);
  heat.counts.forEach((row, at) => {
    const y = topOf(size, heat, at);
    row.forEach((count, column) => {
      const endS = heat.times[column] ?? 0;
      const [left, right] = [placeOf(endS - stepS, size, span), placeOf(endS, size, span)];
      if (count > 0) {
        ctx.fillStyle = faded("series-1", strength(count, heat.most));
        ctx.fillRect(left, y, Math.max(right - left - 0.5, 1), high - 1);
      }
      if (cursor?.row === at && cursor.column === column) {
        ctx.strokeStyle = color("text");
        ctx.strokeRect(left, y, right - left, high - 1);
      }
    });
  });
}

function drawBounds(ctx: CanvasRenderingContext2D, size: Size, heat: Heat): void {
  const every = Math.max(1, Math.ceil(LEAST_LABEL / rowHeight(size, heat)));
  ctx.fillStyle = color("quiet");
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  heat.bounds.forEach((bound, at) => {
    if (bound === Infinity || at % every !== 0) return;
    ctx.fillText(quantity(bound, "s"), LEFT - 8, Math.max(topOf(size, heat, at), TOP));
  });
}

function drawTimes(ctx: CanvasRenderingContext2D, size: Size, span: Span): void {
  const most = Math.max(1, Math.floor((size.width - LEFT - RIGHT) / TICK_EVERY));
  const stepS = stepSeconds(span, most);
  ctx.fillStyle = color("quiet");
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  for (let atS = Math.ceil(span.sinceMs / 1000 / stepS) * stepS; atS * 1000 <= span.untilMs; atS += stepS) {
    ctx.fillText(
      tickText(atS, (span.untilMs - span.sinceMs) / 1000),
      placeOf(atS, size, span),
      size.height - 6,
    );
  }
}

function rowHeight(size: Size, heat: Heat): number {
  return (size.height - TOP - BOTTOM) / Math.max(heat.bounds.length, 1);
}

function topOf(size: Size, heat: Heat, row: number): number {
  return size.height - BOTTOM - (row + 1) * rowHeight(size, heat);
}

function placeOf(atS: number, { width }: Size, { sinceMs, untilMs }: Span): number {
  const share = (atS * 1000 - sinceMs) / (untilMs - sinceMs);
  return LEFT + Math.min(Math.max(share, 0), 1) * (width - LEFT - RIGHT);
}

/** Return the cell at a place of the map; nothing beside it. */
export function cellAt(
  place: { readonly x: number; readonly y: number },
  size: Size,
  { heat, span, stepS }: Omit<Drawn, "cursor">,
): Cell | null {
  const row = Math.floor((size.height - BOTTOM - place.y) / rowHeight(size, heat));
  const share = (place.x - LEFT) / (size.width - LEFT - RIGHT);
  const atS = (span.sinceMs + share * (span.untilMs - span.sinceMs)) / 1000;
  const column = heat.times.findIndex((endS) => atS > endS - stepS && atS <= endS);
  return row >= 0 && row < heat.bounds.length && column >= 0 ? { row, column } : null;
}

const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [1, 0],
  ArrowDown: [-1, 0],
};

/** Return where a key moves the cursor; nothing for other keys. The first one goes to the newest step. */
export function movedCell(key: string, at: Cell | null, heat: Heat): Cell | null {
  const move = MOVES[key];
  const [rows, columns] = [heat.bounds.length, heat.times.length];
  if (move === undefined || rows === 0 || columns === 0) return null;
  if (at === null) return { row: 0, column: columns - 1 };
  return { row: within(at.row + move[0], rows), column: within(at.column + move[1], columns) };
}

function within(at: number, length: number): number {
  return Math.min(Math.max(at, 0), length - 1);
}
