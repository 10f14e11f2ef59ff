/** Checks in the order in which they matter. */

import type { Check } from "../../api/types";

const GRAVITY = ["unhealthy", "degraded", "unknown", "healthy"];

/** Put what is wrong in front, of that the critical ones, and else go by name. */
export function gravestFirst(checks: readonly Check[]): readonly Check[] {
  return [...checks].sort(
    (one, other) =>
      gravity(one) - gravity(other) ||
      Number(other.critical) - Number(one.critical) ||
      one.name.localeCompare(other.name),
  );
}

function gravity({ status }: Check): number {
  return GRAVITY.indexOf(status ?? "unknown");
}
