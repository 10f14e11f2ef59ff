/** The columns of the table of processes: what each is, and its own golden signals. */

import type { Series } from "../../api/prometheus";
import type { Instance } from "../../api/types";
import { useCourses } from "../../app/courses";
import { instanceName } from "../../app/filters";
import { linkTo, usePlace } from "../../app/location";
import { usePeriod } from "../../app/period";
import { Sparkline, type Values } from "../../charts/Sparkline";
import { ago } from "../../format/moment";
import { quantity, seconds } from "../../format/quantity";
import { lookbackOf } from "../../time/lookback";
import { Badge, toneOf } from "../../ui/Badge";
import type { Column } from "../../ui/Table";
import { perMinute } from "../endpoints/signals";

type Figure = keyof NonNullable<Instance["figures"]>;

const BY = "instance";
const SHORT = 8;
const NOTABLE_ERRORS = 0.01;

export function useColumns(): readonly Column<Instance>[] {
  const here = usePlace();
  const went = useWent();
  return [
    {
      name: "Process",
      cell: (one) => <Process one={one} href={linkTo("/endpoints", here, { instance: one.id })} />,
    },
    { name: "State", cell: (one) => <State one={one} /> },
    { name: "Version", cell: (one) => one.version },
    { name: "Environment", isExtra: true, cell: (one) => one.environment },
    { name: "Up for", isNumber: true, cell: (one) => seconds(one.uptimeSeconds) },
    number("a minute", "perMinute", ""),
    {
      name: "over time",
      isExtra: true,
      cell: (one) => <Course of={one} values={went(one.id)} />,
    },
    {
      name: "Failed",
      isNumber: true,
      cell: (one) => {
        const share = one.figures?.errorRate;
        const isNotable = (share ?? 0) >= NOTABLE_ERRORS;
        return <span className={isNotable ? "text-bad font-medium" : ""}>{quantity(share, "1")}</span>;
      },
    },
    number("p95", "p95", "s"),
    number("Processor", "processor", "1", true),
    number("Memory", "memoryBytes", "By", true),
    {
      name: "Last seen",
      isNumber: true,
      isExtra: true,
      cell: (one) => (
        <>
          {ago(Date.parse(one.lastSeenAt), Date.now())}
          {one.exitReason ? <span className="text-quiet block text-xs">{one.exitReason}</span> : null}
        </>
      ),
    },
  ];
}

function number(name: string, figure: Figure, unit: string, isExtra = false): Column<Instance> {
  return { name, isNumber: true, isExtra, cell: (one) => quantity(one.figures?.[figure], unit) };
}

function Process({ one, href }: { one: Instance; href: string }) {
  return (
    <>
      <a
        href={href}
        title="Show the requests of this process alone"
        className="text-accent font-medium hover:underline"
      >
        {[one.namespace, one.service].filter(Boolean).join("/")} {instanceName(one)}
      </a>
      <span className="text-quiet block font-mono text-xs" title={one.id}>
        {one.id.slice(0, SHORT)}
      </span>
    </>
  );
}

function State({ one }: { one: Instance }) {
  if (one.state === "running" && one.health) return <Badge tone={toneOf(one.health)}>{one.health}</Badge>;
  return <Badge tone={one.state === "running" ? "good" : "muted"}>{one.state}</Badge>;
}

function Course({ of, values }: { of: Instance; values: Values | undefined }) {
  return (
    <div className="w-28">
      {values === undefined ? null : <Sparkline values={values} label={`Requests of ${of.host} ${of.pid}`} />}
    </div>
  );
}

function useWent(): (instance: string) => Values | undefined {
  const lookback = lookbackOf(usePeriod().range);
  return useCourses(perMinute("", lookback, BY), keyOf, { isFiltered: false });
}

function keyOf(metric: Series["metric"]): string {
  return metric[BY] ?? "";
}
