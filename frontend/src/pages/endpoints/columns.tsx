/** The columns of the table of endpoints; the lines in them come from one question for all rows. */

import type { Series } from "../../api/prometheus";
import { LINE, together } from "../../api/lines";
import type { Endpoint } from "../../api/types";
import { useCourses } from "../../app/courses";
import { linkTo, usePlace } from "../../app/location";
import { usePeriod } from "../../app/period";
import { Sparkline, type Values } from "../../charts/Sparkline";
import { quantity } from "../../format/quantity";
import { lookbackOf } from "../../time/lookback";
import type { Column } from "../../ui/Table";
import { nameOf, pathOf } from "./names";
import { METHOD, perMinute, quantile, ROUTE } from "./signals";
import { useWhich } from "./which";

const NOTABLE_ERRORS = 0.01;
const BY = `${METHOD}, ${ROUTE}`;

export function useColumns(): readonly Column<Endpoint>[] {
  const here = usePlace();
  const went = useWent();
  return [
    {
      name: "Endpoint",
      sort: "name",
      isRising: true,
      cell: (row) => (
        <a className="text-accent font-mono text-[13px] hover:underline" href={linkTo(pathOf(row), here)}>
          {nameOf(row)}
        </a>
      ),
    },
    { name: "Requests", sort: "requests", isNumber: true, cell: (row) => quantity(row.requests) },
    { name: "a minute", isNumber: true, cell: (row) => quantity(row.perMinute) },
    {
      name: "requests over time",
      isExtra: true,
      cell: (row) => <Course of={row} values={went("requests", row)} />,
    },
    {
      name: "Errors",
      sort: "errorRate",
      isNumber: true,
      cell: (row) => (
        <span className={(row.errorRate ?? 0) >= NOTABLE_ERRORS ? "text-bad font-medium" : ""}>
          {quantity(row.errorRate, "1")}
        </span>
      ),
    },
    latency("p50", true),
    latency("p95"),
    { name: "p95 over time", isExtra: true, cell: (row) => <Course of={row} values={went("p95", row)} /> },
    latency("p99", true),
    { name: "of all time", sort: "time", isNumber: true, cell: (row) => quantity(row.timeShare, "1") },
  ];
}

function latency(name: "p50" | "p95" | "p99", isExtra = false): Column<Endpoint> {
  return {
    name,
    sort: name,
    isNumber: true,
    isExtra,
    cell: (row) => quantity(row.latencySeconds[name], "s"),
  };
}

function Course({ of, values }: { of: Endpoint; values: Values | undefined }) {
  return (
    <div className="w-28">
      {values === undefined ? null : <Sparkline values={values} label={`${nameOf(of)}, how it went`} />}
    </div>
  );
}

function useWent(): (line: "requests" | "p95", of: Endpoint) => Values | undefined {
  const lookback = lookbackOf(usePeriod().range);
  const which = useWhich();
  const query = together({
    requests: perMinute(which, lookback, BY),
    p95: quantile(0.95, which, lookback, BY),
  });
  const courseOf = useCourses(query, keyOf, { isFiltered: false });
  return (line, { method, route }) => courseOf(`${line} ${method} ${route}`);
}

function keyOf(metric: Series["metric"]): string {
  return `${metric[LINE] ?? ""} ${metric[METHOD] ?? ""} ${metric[ROUTE] ?? ""}`;
}
