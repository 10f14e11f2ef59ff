/** Where moments stand on an axis of time, in percent of its length. */

import { momentText } from "../format/moment";
import type { Span } from "../time/range";
import type { Marker, State } from "./types";

/** Closer than this, moments are told of together: flags would cover one another. */
const APART_PERCENT = 1.5;

export function percentOf(atS: number, { sinceMs, untilMs }: Span): number {
  const percent = ((atS * 1000 - sinceMs) / (untilMs - sinceMs)) * 100;
  return Math.min(Math.max(percent, 0), 100);
}

export interface Place {
  readonly percent: number;
  readonly marker: Marker;
  /** What it says, and what those say that stand in the same place. */
  readonly text: string;
}

/** Return the places of those within a span, from the left, the first of a crowd for all of them. */
export function placesOf(markers: readonly Marker[], span: Span): readonly Place[] {
  const within = markers.filter(({ atS }) => atS * 1000 >= span.sinceMs && atS * 1000 <= span.untilMs);
  const rising = [...within].sort((one, other) => one.atS - other.atS);
  const places: Place[] = [];
  for (const marker of rising) {
    const percent = percentOf(marker.atS, span);
    const text = `${momentText(marker.atS * 1000, span)} ${marker.text}`;
    const last = places.at(-1);
    if (last && percent - last.percent < APART_PERCENT) {
      places[places.length - 1] = { ...last, text: `${last.text}\n${text}` };
    } else {
      places.push({ percent, marker, text });
    }
  }
  return places;
}

export function stateText({ fromS, toS, text }: State): string {
  const span = { sinceMs: fromS * 1000, untilMs: toS * 1000 };
  return `${text} from ${momentText(span.sinceMs, span)} to ${momentText(span.untilMs, span)}`;
}
