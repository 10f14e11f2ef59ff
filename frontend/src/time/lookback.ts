/** How far back rates look, so that a line is neither jagged nor late. */

import { lengthOf } from "./before";
import type { Range } from "./range";

const HOUR_MS = 3_600_000;

/** Return a duration of PromQL that suits a range; it holds several samples even where these are 15 s apart. */
export function lookbackOf(range: Range): string {
  const hours = lengthOf(range) / HOUR_MS;
  if (hours <= 1) return "1m";
  if (hours <= 24) return "5m";
  return hours <= 24 * 7 ? "30m" : "3h";
}
