/** What an event about an alert makes of answers that are already there, so that it is seen at once. */

import type { Parameters } from "../api/client";
import type { Alert, Alerts, Dashboard } from "../api/types";
import { rankOf } from "../format/severity";

export interface AlertEvent {
  readonly at: string;
  /** The state that it was in; nothing for a new one. */
  readonly previous: string | null;
  readonly alert: Alert;
}

/** Put the alert into a list as it was asked for; a list by matchers is left to be asked anew. */
export function listWith(list: Alerts, { alert }: AlertEvent, { state, filter }: Parameters): Alerts {
  if (filter) return list;
  const others = list.alerts.filter((one) => !isSame(one, alert));
  const isIn = !state || alert.state === state;
  const alerts = isIn ? [alert, ...others] : others;
  return { ...list, alerts, total: list.total + alerts.length - list.alerts.length };
}

/** Put the alert into the overview, or take it away once it is over. */
export function overviewWith(overview: Dashboard, { alert }: AlertEvent): Dashboard {
  const part = overview.alerts;
  if (part.data === null) return overview;
  const others = part.data.alerts.filter((one) => !isSame(one, alert));
  const isOn = alert.state === "firing" || alert.state === "pending";
  const alerts = isOn ? [...others, alert].sort(byNeed) : others;
  const before = part.data.alerts.find((one) => isSame(one, alert))?.state;
  const counted = (state: string, now: number) =>
    Math.max(0, now + Number(alert.state === state) - Number(before === state));
  const data = {
    ...part.data,
    alerts,
    firing: counted("firing", part.data.firing),
    pending: counted("pending", part.data.pending),
  };
  return { ...overview, alerts: { ...part, state: alerts.length ? "ok" : part.state, data } };
}

/** As the server has it: what fires, the worst of it and what began first in front. */
function byNeed(one: Alert, other: Alert): number {
  return (
    one.state.localeCompare(other.state) ||
    rankOf(one.labels.severity) - rankOf(other.labels.severity) ||
    Date.parse(one.activeAt) - Date.parse(other.activeAt)
  );
}

function isSame(one: Alert, other: Alert): boolean {
  return one.fingerprint === other.fingerprint && one.rule === other.rule && one.group === other.group;
}
