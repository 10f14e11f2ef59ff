/** One alert in a list: how bad, what, about what, since when, and who takes care. */

import { linkTo, usePlace } from "../../../app/location";
import { useNow } from "../../../app/now";
import { ago } from "../../../format/moment";
import { Badge } from "../../../ui/Badge";
import type { Alert } from "../answers";
import { alertPath } from "../tabs";
import { aboutText, severityTone, stateWord, summaryOf, valueText } from "../words";
import { quietBy, sinceOf } from "./sections";

interface AlertRowProps {
  readonly alert: Alert;
  /** Labels that need not be told, since all around it have the same. */
  readonly shared?: ReadonlySet<string>;
}

export function AlertRow({ alert, shared }: AlertRowProps) {
  const here = usePlace();
  const nowMs = useNow();
  const about = aboutText(alert.labels, shared);
  const severity = alert.labels.severity ?? stateWord(alert.state);
  return (
    <li className="hover:bg-raised relative grid gap-x-4 gap-y-1 rounded-lg px-2 py-2.5 sm:grid-cols-[6.5rem_1fr_auto]">
      <Badge tone={severityTone(alert.labels.severity)}>{severity}</Badge>
      <div className="min-w-0">
        <a
          href={linkTo(alertPath(alert.fingerprint), here)}
          className="font-medium break-words after:absolute after:inset-0 hover:underline"
        >
          {summaryOf(alert)}
        </a>
        <p className="text-quiet text-xs break-words">
          {alert.rule}
          {about ? <span className="font-mono"> {about}</span> : null}
        </p>
        <Marks alert={alert} />
      </div>
      <p className="text-quiet flex gap-3 text-xs sm:block sm:text-right">
        <span className="block">
          <span className="text-text font-medium">{valueText(alert.value, alert.unit)}</span>{" "}
          {alert.threshold}
        </span>
        <span>{ago(Date.parse(sinceOf(alert)), nowMs)}</span>
      </p>
    </li>
  );
}

function Marks({ alert }: { alert: Alert }) {
  const marks = [...quietBy(alert), ...(alert.acknowledgedBy ? [`${alert.acknowledgedBy} takes care`] : [])];
  if (marks.length === 0) return null;
  return (
    <ul className="mt-1 flex flex-wrap gap-1.5 text-xs">
      {marks.map((mark) => (
        <li key={mark} className="border-line rounded-full border px-2 py-0.5">
          {mark}
        </li>
      ))}
    </ul>
  );
}
