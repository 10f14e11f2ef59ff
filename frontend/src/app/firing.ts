/** How many alerts fire, for the navigation and the title. */

import { useAnswer } from "../api/questions";
import type { Alert, Alerts } from "../api/types";

const REFRESH_MS = 60_000;

export function useFiring(): number {
  // The title of a tab is seen while its page is not.
  const { data } = useAnswer<Alerts>("alerts", {}, REFRESH_MS, { isInBackground: true });
  return firingOf(data?.alerts ?? []);
}

/** Those that nobody has silenced. */
export function firingOf(alerts: readonly Alert[]): number {
  return alerts.filter((one) => one.state === "firing" && one.silencedBy.length === 0).length;
}
