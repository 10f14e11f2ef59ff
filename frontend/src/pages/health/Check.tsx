/** One check: what it says, what to do about it, and its history as a strip. */

import type { Check as Body, CheckResult } from "../../api/types";
import { ago, momentText } from "../../format/moment";
import { quantity } from "../../format/quantity";
import type { Span } from "../../time/range";
import { Badge, toneOf } from "../../ui/Badge";
import { RunCheck } from "./RunCheck";
import { HistoryStrip } from "./HistoryStrip";

interface CheckProps {
  readonly check: Body;
  /** What it found in this time, the newest in front. */
  readonly results: readonly CheckResult[];
  readonly span: Span;
}

export function Check({ check, results, span }: CheckProps) {
  return (
    <li className="grid gap-x-6 gap-y-2 py-3 text-sm md:grid-cols-[14rem_1fr]">
      <div className="min-w-0">
        <span className="font-medium break-words">{check.name}</span>
        {check.critical ? <span className="text-quiet text-xs"> critical</span> : null}
        <span className="mt-0.5 block">
          <Badge tone={toneOf(check.status)}>{check.status ?? "not known yet"}</Badge>
        </span>
      </div>
      <div className="min-w-0">
        <HistoryStrip name={check.name} results={results} span={span} />
        <div className="mt-1 flex flex-wrap items-baseline justify-between gap-x-4">
          <p className="text-quiet text-xs">{factsOf(check, span.untilMs).join(" · ")}</p>
          <RunCheck name={check.name} />
        </div>
        {check.message ? <p className="mt-1">{check.message}</p> : null}
        {check.advice ? <p className="text-quiet mt-0.5">{check.advice}</p> : null}
        <Changes results={results} span={span} />
      </div>
    </li>
  );
}

function factsOf(check: Body, nowMs: number): readonly string[] {
  const facts = [`took ${quantity(check.latencySeconds, "s")}`];
  if (check.checkedAt) facts.push(`looked at ${ago(Date.parse(check.checkedAt), nowMs)}`);
  if (check.changedAt)
    facts.push(`as it is since ${ago(Date.parse(check.changedAt), nowMs).replace(/ ago$/, "")}`);
  if (check.failures > 0) facts.push(`failed ${check.failures} times in a row`);
  return facts;
}

const MOST = 10;

function Changes({ results, span }: { results: readonly CheckResult[]; span: Span }) {
  const changes = results
    .filter((one) => one.previous !== one.status && one.previous !== null)
    .slice(0, MOST);
  if (changes.length === 0) return null;
  return (
    <details className="mt-1">
      <summary className="text-accent cursor-pointer text-xs">
        {changes.length === 1 ? "1 change" : `${changes.length} changes`} in this time
      </summary>
      <ul className="mt-1 space-y-1 text-xs">
        {changes.map((one) => (
          <li key={`${one.at}${one.instance}`} className="flex flex-wrap gap-x-3">
            <span className="text-quiet">{momentText(Date.parse(one.at), span)}</span>
            <span>
              {one.previous} → {one.status}
            </span>
            <span className="text-quiet">{one.message}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
