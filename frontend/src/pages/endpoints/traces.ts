/** Where a trace is looked at, as the setting `notify.trace_url` says: the same as in messages. */

import { useAnswer } from "../../api/questions";
import type { Status } from "../../api/types";

const SETTING = "notify.trace_url";
const PLACE = "{trace_id}";

/** Return the address of a trace; nothing where no setting says it. */
export function traceAddress(settings: Status["settings"], traceId: string): string | null {
  const pattern = settings.find(({ name }) => name === SETTING)?.value ?? "";
  if (!/^https?:\/\//.test(pattern) || !pattern.includes(PLACE)) return null;
  return pattern.replaceAll(PLACE, encodeURIComponent(traceId));
}

export function useTraceAddress(): (traceId: string) => string | null {
  const { data } = useAnswer<Status>("status", {}, false);
  return (traceId) => traceAddress(data?.settings ?? [], traceId);
}
