/** What was found: alerts that fire, series that stand out, and what is worth knowing; each leads to its page. */

import type { ReactNode } from "react";

import type { Part, PartOf } from "../../api/types";
import { linkTo, usePlace } from "../../app/location";
import { ago } from "../../format/moment";
import { Badge, toneOf } from "../../ui/Badge";
import { PartCard } from "../../ui/PartCard";
import { pathOf } from "../analysis/anomalies/lanes";
import { pathTo } from "../analysis/tabs";

const MOST = 5;
const MOST_INSIGHTS = 3;

function More({ path, children }: { path: string; children: string }) {
  const here = usePlace();
  return (
    <a className="text-accent text-xs hover:underline" href={linkTo(path, here)}>
      {children}
    </a>
  );
}

function Item({ path, text, children }: { path: string; text: string; children?: ReactNode }) {
  const here = usePlace();
  return (
    <span className="min-w-0 flex-1">
      <a href={linkTo(path, here)} className="font-medium hover:underline">
        {text}
      </a>
      {children ? <span className="text-quiet mt-0.5 block text-xs">{children}</span> : null}
    </span>
  );
}

export function Firing({ part }: { part: Part<PartOf<"alerts">> }) {
  return (
    <PartCard title="Alerts" part={part} aside={<More path="/alerts">all alerts</More>}>
      {({ alerts, firing, pending }) => (
        <ul className="grid grid-cols-[auto_1fr] gap-3 text-sm">
          {alerts.slice(0, MOST).map((alert) => (
            <li key={alert.fingerprint} className="col-span-2 grid grid-cols-subgrid items-baseline">
              <Badge tone={toneOf(alert.labels.severity ?? alert.state)}>
                {alert.labels.severity ?? alert.state}
              </Badge>
              <Item path={`/alerts/${alert.fingerprint}`} text={alert.annotations.summary ?? alert.rule}>
                {alert.rule}, {alert.state}, began{" "}
                {ago(Date.parse(alert.firedAt ?? alert.activeAt), Date.now())}
                {alert.acknowledgedBy ? `, ${alert.acknowledgedBy} takes care of it` : ""}
              </Item>
            </li>
          ))}
          <Others count={firing + pending - MOST} />
        </ul>
      )}
    </PartCard>
  );
}

function Others({ count }: { count: number }) {
  if (count <= 0) return null;
  return (
    <li className="col-span-2 text-xs">
      <More path="/alerts">{`and ${count} more`}</More>
    </li>
  );
}

export function Unusual({ part }: { part: Part<PartOf<"anomalies">> }) {
  return (
    <PartCard title="Unusual now" part={part} aside={<More path={pathTo("anomalies")}>all anomalies</More>}>
      {({ now }) => (
        <ul className="space-y-3 text-sm">
          {now.slice(0, MOST).map((one) => (
            <li key={`${one.promql}${one.since}`} className="flex">
              <Item path={pathOf(one)} text={one.text}>
                began {ago(Date.parse(one.since), Date.now())}
              </Item>
            </li>
          ))}
        </ul>
      )}
    </PartCard>
  );
}

export function WorthKnowing({ part }: { part: Part<PartOf<"insights">> }) {
  return (
    <PartCard title="Worth knowing" part={part} aside={<More path={pathTo("insights")}>all insights</More>}>
      {({ insights }) => (
        <ul className="space-y-3 text-sm">
          {insights.slice(0, MOST_INSIGHTS).map((one) => (
            <li key={one.id} className="flex">
              <Item path={pathTo("insights")} text={one.sentence}>
                {one.advice}
              </Item>
            </li>
          ))}
        </ul>
      )}
    </PartCard>
  );
}
