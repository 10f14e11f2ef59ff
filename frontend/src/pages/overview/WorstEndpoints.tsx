/** Which endpoints stand out: by failures, by latency, by all the time they take. */

import type { Part, PartOf, Worst } from "../../api/types";
import { linkTo, usePlace } from "../../app/location";
import { quantity } from "../../format/quantity";
import { PartCard } from "../../ui/PartCard";
import { nameOf, pathOf } from "../endpoints/names";

const MOST = 5;

export function WorstEndpoints({ part }: { part: Part<PartOf<"endpoints">> }) {
  return (
    <PartCard title="Endpoints that stand out" part={part} className="lg:col-span-3">
      {({ worst }) => (
        <div className="grid gap-6 md:grid-cols-3">
          <Ranking title="fail most" unit="1" rows={worst.errorRate} none="None failed." />
          <Ranking title="slowest, 95 of 100 within" unit="s" rows={worst.latency} none="None was asked." />
          <Ranking title="most time altogether" unit="s" rows={worst.totalSeconds} none="None was asked." />
        </div>
      )}
    </PartCard>
  );
}

interface RankingProps {
  readonly title: string;
  readonly unit: string;
  readonly rows: readonly Worst[];
  readonly none: string;
}

function Ranking({ title, unit, rows, none }: RankingProps) {
  const here = usePlace();
  return (
    <div className="min-w-0">
      <h3 className="text-quiet text-xs">{title}</h3>
      {rows.length === 0 ? <p className="mt-1 text-sm">{none}</p> : null}
      <ol className="mt-1 space-y-1 text-sm">
        {rows.slice(0, MOST).map((row) => (
          <li key={nameOf(row)} className="flex justify-between gap-3">
            <a className="truncate font-mono text-[13px] hover:underline" href={linkTo(pathOf(row), here)}>
              {nameOf(row)}
            </a>
            <span>{quantity(row.value, unit)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
