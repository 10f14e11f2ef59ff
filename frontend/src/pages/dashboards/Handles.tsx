/** What a panel is arranged by: a handle to move and one to resize, by drag or by arrow keys, and its editor. */

import { type KeyboardEvent, type PointerEvent, useState } from "react";

import { COLUMNS, GAP_PX, ROW_PX } from "./layout";
import type { Panel, Place } from "./types";

export interface Arranging {
  /** Put a panel to another place; the others make room. */
  readonly put: (id: string, place: Place, base: readonly Panel[]) => void;
  readonly step: (id: string, dx: number, dy: number) => void;
  readonly grow: (id: string, dw: number, dh: number) => void;
  /** Change places with the panel before it, or after it. */
  readonly swap: (id: string, by: -1 | 1) => void;
  readonly edit: (id: string) => void;
  readonly remove: (id: string) => void;
}

interface HandlesProps {
  readonly panel: Panel;
  readonly panels: readonly Panel[];
  readonly arranging: Arranging;
}

export function Handles({ panel, panels, arranging }: HandlesProps) {
  const { title } = panel;
  const moved = ({ x, y, w, h }: Place, dx: number, dy: number) => ({ x: x + dx, y: y + dy, w, h });
  const sized = ({ x, y, w, h }: Place, dx: number, dy: number) => ({
    x,
    y,
    w: Math.min(w + dx, COLUMNS - x),
    h: h + dy,
  });
  const shared = { panel, panels, put: arranging.put };
  return (
    <div className="flex shrink-0 gap-1">
      <Handle
        {...shared}
        sign="✥"
        label={`Move ${title}: drag, or use the arrow keys`}
        change={moved}
        step={(dx, dy) => arranging.step(panel.id, dx, dy)}
      />
      <Handle
        {...shared}
        sign="⤡"
        label={`Resize ${title}: drag, or use the arrow keys`}
        change={sized}
        step={(dx, dy) => arranging.grow(panel.id, dx, dy)}
      />
      <Tool sign="↑" label={`Move ${title} up`} isNarrow onPress={() => arranging.swap(panel.id, -1)} />
      <Tool sign="↓" label={`Move ${title} down`} isNarrow onPress={() => arranging.swap(panel.id, 1)} />
      <Tool sign="✎" label={`Edit ${title}`} onPress={() => arranging.edit(panel.id)} />
      <Tool sign="✕" label={`Remove ${title}`} onPress={() => arranging.remove(panel.id)} />
    </div>
  );
}

/** Larger for fingers. */
const LOOK = "border-line hover:bg-raised size-9 rounded border text-sm leading-none md:size-7";

interface ToolProps {
  readonly sign: string;
  readonly label: string;
  /** Whether it is there where panels stand one below the other, and only there. */
  readonly isNarrow?: boolean;
  readonly onPress: () => void;
}

function Tool({ sign, label, isNarrow = false, onPress }: ToolProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={onPress}
      className={`${LOOK} ${isNarrow ? "md:hidden" : ""}`}
    >
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}

interface HandleProps {
  readonly panel: Panel;
  readonly panels: readonly Panel[];
  readonly put: Arranging["put"];
  readonly sign: string;
  readonly label: string;
  readonly change: (place: Place, dx: number, dy: number) => Place;
  readonly step: (dx: number, dy: number) => void;
}

interface Held {
  readonly left: number;
  readonly top: number;
  /** How wide a column is, in pixels. */
  readonly column: number;
  readonly place: Place;
  readonly panels: readonly Panel[];
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function Handle({ panel, panels, put, sign, label, change, step }: HandleProps) {
  const [held, setHeld] = useState<Held | null>(null);
  const pressed = (event: KeyboardEvent) => {
    const found = STEPS[event.key];
    if (found === undefined) return;
    event.preventDefault();
    step(...found);
  };
  const taken = (event: PointerEvent<HTMLButtonElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    const grid = event.currentTarget.closest("[data-grid]")?.clientWidth ?? 0;
    const column = (grid + GAP_PX) / COLUMNS;
    setHeld({ left: event.clientX, top: event.clientY, column, place: panel.place, panels });
  };
  const dragged = (event: PointerEvent) => {
    if (held === null) return;
    const dx = Math.round((event.clientX - held.left) / held.column);
    const dy = Math.round((event.clientY - held.top) / (ROW_PX + GAP_PX));
    put(panel.id, change(held.place, dx, dy), held.panels);
  };
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onKeyDown={pressed}
      onPointerDown={taken}
      onPointerMove={dragged}
      onPointerUp={() => setHeld(null)}
      onPointerCancel={() => setHeld(null)}
      className={`${LOOK} hidden cursor-grab touch-none md:block ${held ? "bg-raised cursor-grabbing" : ""}`}
    >
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}
