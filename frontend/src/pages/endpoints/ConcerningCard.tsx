/** Alerts and anomalies of one endpoint. */

import { useAnswer } from "../../api/questions";
import type { Alerts } from "../../api/types";
import { linkTo, usePlace } from "../../app/location";
import { usePeriod } from "../../app/period";
import { ago } from "../../format/moment";
import { Badge, toneOf } from "../../ui/Badge";
import { Card } from "../../ui/Card";
import { pathOf } from "../analysis/anomalies/lanes";
import type { Anomalies } from "../analysis/answers";
import { concerns } from "./concerning";

const REFRESH_MS = 15_000;

interface ConcerningProps {
  readonly method: string;
  readonly route: string;
}

export function ConcerningCard(endpoint: ConcerningProps) {
  const here = usePlace();
  const { asked } = usePeriod();
  const { data, dataUpdatedAt: nowMs } = useAnswer<Alerts>("alerts", {}, REFRESH_MS);
  const anomalies = useAnswer<Anomalies>("anomalies", asked, REFRESH_MS).data?.anomalies ?? [];
  const firing = (data?.alerts ?? []).filter((one) => one.state !== "inactive" && concerns(one, endpoint));
  const unusual = anomalies.filter((one) => concerns({ ...one, expr: one.promql }, endpoint));
  return (
    <Card title="Alerts and anomalies of this endpoint">
      {firing.length + unusual.length === 0 ? (
        <p className="text-quiet text-sm">
          None names it. Rules that look at all requests are on{" "}
          <a className="text-accent underline" href={linkTo("/alerts", here)}>
            the page of alerts
          </a>
          .
        </p>
      ) : null}
      <ul className="space-y-3 text-sm">
        {firing.map((one) => (
          <li key={one.fingerprint}>
            <Badge tone={toneOf(one.labels.severity ?? one.state)}>{one.state}</Badge>{" "}
            <a className="hover:underline" href={linkTo(`/alerts/${one.fingerprint}`, here)}>
              {one.annotations.summary ?? one.rule}
            </a>
            <Since at={one.firedAt ?? one.activeAt} nowMs={nowMs} />
          </li>
        ))}
        {unusual.map((one) => (
          <li key={`${one.promql}${one.since}`}>
            <Badge tone={one.until === null ? "warn" : "muted"}>
              {one.until === null ? "unusual" : "was unusual"}
            </Badge>{" "}
            <a className="hover:underline" href={linkTo(pathOf(one), here)}>
              {one.text}
            </a>
            <Since at={one.since} nowMs={nowMs} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Since({ at, nowMs }: { at: string; nowMs: number }) {
  return <span className="text-quiet block text-xs">began {ago(Date.parse(at), nowMs)}</span>;
}
