/** What people did about an alert, and why nobody hears of it where that is so. */

import { linkTo, usePlace } from "../../../../app/location";
import { useNow } from "../../../../app/now";
import { ago } from "../../../../format/moment";
import { seconds } from "../../../../format/quantity";
import type { AlertDetail, Silence, Word } from "../../answers";
import { alertPath } from "../../tabs";

export function Standing({ alert }: { alert: AlertDetail }) {
  const here = usePlace();
  const { acknowledged, resolved, silences, inhibitedBy, receivers, labels } = alert;
  return (
    <ul className="grid gap-1.5 text-sm">
      {acknowledged ? <Said word={acknowledged} verb="takes care of it" /> : null}
      {resolved ? <Said word={resolved} verb="called it resolved" /> : null}
      {silences.map((one) => (
        <Silenced key={one.id} silence={one} />
      ))}
      {inhibitedBy ? (
        <li>
          Nobody is told as long as{" "}
          <a className="text-accent hover:underline" href={linkTo(alertPath(inhibitedBy), here)}>
            another alert
          </a>{" "}
          fires, which inhibits it.
        </li>
      ) : null}
      {labels.observe === "true" ? <li>It is only observed: nobody is told.</li> : null}
      <li className="text-quiet">
        {receivers.length
          ? `Told to ${receivers.join(", ")} by the routes in force.`
          : "No route leads to anybody."}
      </li>
    </ul>
  );
}

function Said({ word: { by, comment, at, until }, verb }: { word: Word; verb: string }) {
  const nowMs = useNow();
  return (
    <li>
      <span className="font-medium">{by}</span> {verb} {comment ? `(“${comment}”)` : ""}
      <span className="text-quiet">
        , {ago(Date.parse(at), nowMs)}, for at most {left(until, nowMs)} more
      </span>
    </li>
  );
}

function Silenced({ silence: { createdBy, comment, endsAt } }: { silence: Silence }) {
  const here = usePlace();
  const nowMs = useNow();
  return (
    <li>
      <a className="text-accent hover:underline" href={linkTo("/alerts/silences", here)}>
        Silenced
      </a>{" "}
      by <span className="font-medium">{createdBy}</span> (“{comment}”)
      <span className="text-quiet">, for {left(endsAt, nowMs)} more</span>
    </li>
  );
}

function left(until: string, nowMs: number): string {
  return seconds(Math.max(0, Math.round((Date.parse(until) - nowMs) / 1000)));
}
