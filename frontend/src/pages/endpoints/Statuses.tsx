/** How requests ended: each status with its share. */

import type { OneEndpoint } from "../../api/types";
import { quantity } from "../../format/quantity";
import type { Tone } from "../../ui/Badge";

const TONES: Readonly<Record<string, Tone>> = { "5": "bad", "4": "warn" };

export function Statuses({ statuses }: { statuses: OneEndpoint["statuses"] }) {
  if (statuses.length === 0) return null;
  return (
    <ul aria-label="Statuses" className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
      {statuses.map(({ status, requests, share }) => (
        <li key={status} className="flex items-baseline gap-1.5">
          <span
            aria-hidden="true"
            className="size-2 rounded-full"
            style={{ background: `var(--${TONES[status.charAt(0)] ?? "series-1"})` }}
          />
          <span className="font-medium">{status || "no status"}</span>
          <span className="text-quiet">
            {quantity(requests)}, {quantity(share, "1")}
          </span>
        </li>
      ))}
    </ul>
  );
}
