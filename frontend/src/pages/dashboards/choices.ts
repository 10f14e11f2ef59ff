/** What there is to choose from for a panel. */

import type { Kind, Panel, Place } from "./types";
import { newId } from "./types";

export const KINDS: readonly { readonly kind: Kind; readonly name: string }[] = [
  { kind: "line", name: "lines" },
  { kind: "stacked", name: "stacked lines" },
  { kind: "figure", name: "figures" },
  { kind: "table", name: "a table" },
];

export const UNITS: readonly { readonly unit: string; readonly name: string }[] = [
  { unit: "s", name: "seconds" },
  { unit: "By", name: "bytes" },
  { unit: "By/s", name: "bytes a second" },
  { unit: "1", name: "share, 0 to 1" },
  { unit: "%", name: "percent, 0 to 100" },
  { unit: "{request}/s", name: "requests a second" },
];

const SIZES: Readonly<Record<Kind, { readonly w: number; readonly h: number }>> = {
  line: { w: 6, h: 4 },
  stacked: { w: 6, h: 4 },
  figure: { w: 3, h: 2 },
  table: { w: 6, h: 4 },
};

export function sizeOf(kind: Kind): { readonly w: number; readonly h: number } {
  return SIZES[kind];
}

export function newPanel(place: Place, changes: Partial<Panel> = {}): Panel {
  return {
    id: newId(),
    title: "New panel",
    kind: "line",
    queries: [{ expr: "", legend: "" }],
    unit: "",
    threshold: null,
    place,
    ...changes,
  };
}
