/** Puts a question together without PromQL: what is measured, what to make of it, of which, told apart by what. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { labelNames, metadata } from "../../api/lookups";
import { metricNames } from "../../api/prometheus";
import { usePeriod } from "../../app/period";
import { lookbackOf } from "../../time/lookback";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { Field } from "../../ui/Field";
import { type Condition, kindOf, promqlOf, type Wanted, waysOf } from "./builder";
import { Conditions } from "./Conditions";

const FOREVER = { staleTime: 60_000 };

export function BuilderCard({ onAsk }: { onAsk: (query: string) => void }) {
  const [metric, setMetric] = useState("");
  const [way, setWay] = useState("");
  const [where, setWhere] = useState<readonly Condition[]>([]);
  const [by, setBy] = useState<readonly string[]>([]);
  const window = lookbackOf(usePeriod().range);
  const { names, kind, help, selector } = useMetric(metric);
  const labels = useQuery({
    queryKey: ["label names", selector],
    queryFn: ({ signal }) => labelNames(selector, signal),
    enabled: selector !== "",
    ...FOREVER,
  });
  const ways = waysOf(kind);
  const chosen = ways.find((one) => one.id === way) ?? ways[0];
  const wanted: Wanted = { metric, kind, way: chosen?.id ?? "", where, by, window };
  const query = selector === "" ? "" : promqlOf(wanted);
  const choose = (name: string) => {
    setMetric(name);
    setWhere([]);
    setBy([]);
  };
  return (
    <Card title="Put a question together">
      <div className="grid gap-4">
        <div className="grid gap-4 md:grid-cols-2">
          <Field name="What is measured" hint={help || "Begin to type; all metrics are in the list."}>
            {(given) => (
              <>
                <input
                  {...given}
                  value={metric}
                  list="builder-metrics"
                  autoComplete="off"
                  spellCheck={false}
                  placeholder="http_server_request_duration_seconds"
                  onChange={(event) => choose(event.target.value.trim())}
                />
                <datalist id="builder-metrics">
                  {names.map((name) => (
                    <option key={name} value={name} />
                  ))}
                </datalist>
              </>
            )}
          </Field>
          <Field name="What to make of it" hint={selector ? `It is a ${kind}.` : ""}>
            {(given) => (
              <select
                {...given}
                value={chosen?.id}
                disabled={!selector}
                onChange={(event) => setWay(event.target.value)}
              >
                {ways.map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.name}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        {selector ? (
          <>
            <Conditions selector={selector} labels={labels.data ?? []} where={where} onChange={setWhere} />
            <GroupBy labels={labels.data ?? []} by={by} onChange={setBy} />
          </>
        ) : null}
        <div className="flex flex-wrap items-center gap-3">
          <Button look="first" disabled={query === ""} onClick={() => onAsk(query)}>
            Ask this
          </Button>
          <code className="text-quiet min-w-0 flex-1 text-[13px] break-all">{query}</code>
        </div>
      </div>
    </Card>
  );
}

/** What is known of a metric; its `selector` is empty as long as there is none of that name. */
function useMetric(metric: string) {
  const known = useQuery({ queryKey: ["metadata"], queryFn: ({ signal }) => metadata(signal), ...FOREVER });
  const series = useQuery({
    queryKey: ["metric names"],
    queryFn: ({ signal }) => metricNames(signal),
    ...FOREVER,
  });
  const about = known.data?.[metric];
  const kind = kindOf(metric, about?.type);
  const all = new Set(series.data ?? []);
  const sampled = kind === "histogram" ? `${metric}_count` : metric;
  return {
    names: namesOf(Object.keys(known.data ?? {}), all),
    kind,
    help: about?.help ?? "",
    selector: all.has(sampled) ? sampled : "",
  };
}

/** Histograms by the name of the whole, which nobody has to know the parts of; and what has no metadata. */
function namesOf(families: readonly string[], series: ReadonlySet<string>): readonly string[] {
  const histograms = families.filter((name) => series.has(`${name}_bucket`));
  const parts = new Set(histograms.flatMap((name) => [`${name}_bucket`, `${name}_sum`, `${name}_count`]));
  return [...histograms, ...[...series].filter((name) => !parts.has(name))].sort();
}

interface GroupByProps {
  readonly labels: readonly string[];
  readonly by: readonly string[];
  readonly onChange: (by: readonly string[]) => void;
}

function GroupBy({ labels, by, onChange }: GroupByProps) {
  const toggle = (label: string) =>
    onChange(by.includes(label) ? by.filter((one) => one !== label) : [...by, label]);
  return (
    <fieldset>
      <legend className="text-quiet mb-1 text-xs font-medium">Told apart by</legend>
      <div className="flex flex-wrap gap-1.5">
        {labels.map((label) => (
          <button
            key={label}
            type="button"
            aria-pressed={by.includes(label)}
            onClick={() => toggle(label)}
            className="border-line hover:bg-raised aria-pressed:border-accent aria-pressed:bg-raised aria-pressed:text-accent rounded-full border px-3 py-1 text-xs aria-pressed:font-semibold"
          >
            <span aria-hidden="true">{by.includes(label) ? "✓ " : ""}</span>
            {label}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
