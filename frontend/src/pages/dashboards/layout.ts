/** Panels on a grid of twelve columns: none covers another, and none hangs in the air. */

import type { Place } from "./types";

export const COLUMNS = 12;
export const ROW_PX = 64;
export const GAP_PX = 12;
/** How many rows a panel may have. */
export const LOWEST = 2;
export const HIGHEST = 24;

interface Placed {
  readonly id: string;
  readonly place: Place;
}

export function covers(one: Place, other: Place): boolean {
  const beside = one.x + one.w <= other.x || other.x + other.w <= one.x;
  const above = one.y + one.h <= other.y || other.y + other.h <= one.y;
  return !beside && !above;
}

/** Put panels where they want to be, or as near below as there is room, and let each rise as far as it can. */
export function settled<Panel extends Placed>(panels: readonly Panel[], heldId?: string): readonly Panel[] {
  const order = [...panels].sort((one, other) => rank(one, other, heldId));
  const done: Placed[] = [];
  for (const { id, place } of order) done.push({ id, place: risen(sunk(place, done), done) });
  const places = new Map(done.map(({ id, place }) => [id, place]));
  return panels.map((panel) => ({ ...panel, place: places.get(panel.id) ?? panel.place }));
}

/** Whoever is held goes before those whose upper half it reaches. */
function rank(one: Placed, other: Placed, heldId: string | undefined): number {
  const [first, second] = [topOf(one, other, heldId), topOf(other, one, heldId)];
  return first - second || one.place.x - other.place.x;
}

function topOf({ id, place }: Placed, other: Placed, heldId: string | undefined): number {
  if (other.id !== heldId || id === heldId) return place.y;
  return place.y + (place.h - 1) / 2;
}

function sunk(place: Place, done: readonly Placed[]): Place {
  let { y } = place;
  for (;;) {
    const hit = done.find((one) => covers({ ...place, y }, one.place));
    if (hit === undefined) return { ...place, y };
    y = hit.place.y + hit.place.h;
  }
}

function risen(place: Place, done: readonly Placed[]): Place {
  let { y } = place;
  while (y > 0 && !done.some((one) => covers({ ...place, y: y - 1 }, one.place))) y -= 1;
  return { ...place, y };
}

export function clamped({ x, y, w, h }: Place): Place {
  const width = Math.min(Math.max(w, 1), COLUMNS);
  return {
    x: Math.min(Math.max(x, 0), COLUMNS - width),
    y: Math.max(y, 0),
    w: width,
    h: Math.min(Math.max(h, LOWEST), HIGHEST),
  };
}

/** Put a panel to another place; the others make room. */
export function placed<Panel extends Placed>(
  panels: readonly Panel[],
  id: string,
  change: (place: Place) => Place,
): readonly Panel[] {
  const moved = panels.map((panel) =>
    panel.id === id ? { ...panel, place: clamped(change(panel.place)) } : panel,
  );
  return settled(moved, id);
}

/** Move a panel by one step: sideways by a column, up and down past whatever is there. */
export function stepped<Panel extends Placed>(
  panels: readonly Panel[],
  id: string,
  step: { readonly dx: number; readonly dy: number },
): readonly Panel[] {
  const most = step.dy === 0 ? 1 : heightOf(panels) + 1;
  for (let times = 1; times <= most; times += 1) {
    const found = placed(panels, id, (place) => ({
      ...place,
      x: place.x + step.dx,
      y: place.y + step.dy * times,
    }));
    if (!isSame(panels, found)) return found;
  }
  return panels;
}

/** Have a panel change places with the one before it, or after it, as they are read. */
export function swapped<Panel extends Placed>(
  panels: readonly Panel[],
  id: string,
  by: -1 | 1,
): readonly Panel[] {
  const order = inOrder(panels);
  const at = order.findIndex((panel) => panel.id === id);
  const [one, other] = [order[at], order[at + by]];
  if (one === undefined || other === undefined) return panels;
  const put = (panel: Panel, { x, y }: Place) => ({ ...panel, place: clamped({ ...panel.place, x, y }) });
  const moved = panels.map((panel) =>
    panel === one ? put(one, other.place) : panel === other ? put(other, one.place) : panel,
  );
  return settled(moved, id);
}

export function isSame(before: readonly Placed[], after: readonly Placed[]): boolean {
  return before.every(({ place }, at) => {
    const other = after[at]?.place;
    return place.x === other?.x && place.y === other.y && place.w === other.w && place.h === other.h;
  });
}

export function heightOf(panels: readonly Placed[]): number {
  return Math.max(0, ...panels.map(({ place }) => place.y + place.h));
}

/** The first free place for another panel. */
export function freePlace(panels: readonly Placed[], { w, h }: { w: number; h: number }): Place {
  for (let y = 0; y < heightOf(panels); y += 1) {
    for (let x = 0; x + w <= COLUMNS; x += 1) {
      const place = { x, y, w, h };
      const isFree = !panels.some((panel) => covers(place, panel.place));
      if (isFree && risen(place, panels).y === y) return place;
    }
  }
  return { x: 0, y: heightOf(panels), w, h };
}

export function inOrder<Panel extends Placed>(panels: readonly Panel[]): readonly Panel[] {
  return [...panels].sort((one, other) => one.place.y - other.place.y || one.place.x - other.place.x);
}

export function pixels(rows: number): number {
  return rows * (ROW_PX + GAP_PX) - GAP_PX;
}
