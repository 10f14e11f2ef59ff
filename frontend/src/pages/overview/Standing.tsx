/** How service levels, machine and process stand. */

import type { ReactNode } from "react";

import type { Part, PartOf } from "../../api/types";
import { linkTo, usePlace } from "../../app/location";
import { quantity } from "../../format/quantity";
import { Badge, toneOf } from "../../ui/Badge";
import { PartCard } from "../../ui/PartCard";
import { pathTo } from "../analysis/tabs";

export function Levels({ part }: { part: Part<PartOf<"slos">> }) {
  const here = usePlace();
  return (
    <PartCard title="Service levels" part={part}>
      {({ slos }) => (
        <ul className="space-y-2.5 text-sm">
          {slos.map((slo) => (
            <li key={slo.name}>
              <span className="flex justify-between gap-3">
                <a href={linkTo(pathTo("slos", slo.name), here)} className="font-medium hover:underline">
                  {slo.name}
                </a>
                <Badge tone={toneOf(slo.state)}>{slo.state}</Badge>
              </span>
              <span className="text-quiet block text-xs">{slo.sentence}</span>
            </li>
          ))}
        </ul>
      )}
    </PartCard>
  );
}

const NEARLY_FULL = 0.9;

export function System({ part }: { part: Part<PartOf<"system">> }) {
  const here = usePlace();
  const more = (
    <a className="text-accent text-xs hover:underline" href={linkTo("/system", here)}>
      in full
    </a>
  );
  return (
    <PartCard title="System" part={part} aside={more}>
      {(found) => (
        <dl className="space-y-2.5 text-sm">
          <Meter name="Processors" share={found.cpu} />
          <Meter name="Memory" share={found.memory} />
          <Meter name="Fullest disk" share={found.disk} />
          <Row name="Memory of the application" text={quantity(found.processBytes, "By")} />
          <Row name="Event loop, late by" text={quantity(found.loopLagSeconds, "s")} />
          <Row name="Requests under way" text={quantity(found.activeRequests)} />
        </dl>
      )}
    </PartCard>
  );
}

function Meter({ name, share }: { name: string; share: number | null }) {
  const tone = (share ?? 0) >= NEARLY_FULL ? "var(--bad)" : "var(--series-1)";
  return (
    <Row name={name} text={quantity(share, "1")}>
      <dd aria-hidden="true" className="bg-raised mt-1 h-1.5 w-full overflow-hidden rounded-full">
        <span
          className="block h-full rounded-full"
          style={{ width: `${(share ?? 0) * 100}%`, background: tone }}
        />
      </dd>
    </Row>
  );
}

function Row({ name, text, children }: { name: string; text: string; children?: ReactNode }) {
  return (
    <div className="flex flex-wrap justify-between gap-x-3">
      <dt className="text-quiet">{name}</dt>
      <dd>{text}</dd>
      {children}
    </div>
  );
}
