/** Two times side by side, endpoint by endpoint: a release and the one before, or days and as many before. */

import type { Release } from "../../../api/types";
import { linkTo, useChange, usePlace } from "../../../app/location";
import { change as changed, quantity } from "../../../format/quantity";
import { Asked, Note } from "../../../ui/Asked";
import { Badge } from "../../../ui/Badge";
import { Card } from "../../../ui/Card";
import { Field } from "../../../ui/Field";
import { type Column, Table } from "../../../ui/Table";
import { nameOf, pathOf } from "../../endpoints/names";
import type { Comparison, ReleaseChange } from "../answers";
import { useOnce } from "../asking";
import { asSentence, momentText } from "../words";
import { comparedBy, newestOf, toneOfVerdict } from "./verdict";

const DAYS = ["1", "7", "14", "28"] as const;
const MOST = 100;

export function Compared({ releases }: { releases: readonly Release[] }) {
  const { parameters } = usePlace();
  const asked = comparedBy(parameters, releases);
  const answer = useOnce<Comparison>("releases/compare", asked);
  return (
    <Card title="Side by side">
      <What asked={asked} newest={newestOf(releases)} />
      <Asked answer={answer}>
        {({ before, after, changes, reason }) => (
          <>
            <p className="mb-3 text-sm">
              <Side side={after} /> <span className="text-quiet">beside</span> <Side side={before} />
            </p>
            {changes.length === 0 ? (
              <Note title={reason ? asSentence(reason) : "No endpoint was asked for at both times"}>
                An endpoint stands here once both times have requests of it; more days may have them.
              </Note>
            ) : (
              <Changes changes={changes} />
            )}
          </>
        )}
      </Asked>
    </Card>
  );
}

interface WhatProps {
  readonly asked: ReturnType<typeof comparedBy>;
  readonly newest: Release | undefined;
}

function What({ asked, newest }: WhatProps) {
  const change = useChange();
  const version = asked.version ?? newest?.version;
  return (
    <Field name="What is compared" className="mb-3 max-w-sm">
      {(given) => (
        <select
          {...given}
          value={asked.days ?? ""}
          onChange={(event) => change({ days: event.target.value, version: "", job: "" })}
        >
          {version ? <option value="">version {version} with the one before</option> : null}
          {DAYS.map((one) => (
            <option key={one} value={one}>
              {one === "1" ? "the last day with the one before" : `the last ${one} days with as many before`}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Side({ side: { version, start, end } }: { side: Comparison["before"] }) {
  return (
    <>
      {version ? <span className="font-mono font-medium">{version} </span> : null}
      {momentText(start)} to {momentText(end)}
    </>
  );
}

function Changes({ changes }: { changes: readonly ReleaseChange[] }) {
  const here = usePlace();
  const columns: readonly Column<ReleaseChange>[] = [
    {
      name: "Endpoint",
      cell: (one) => (
        <a className="text-accent font-mono text-[13px] hover:underline" href={linkTo(pathOf(one), here)}>
          {nameOf(one)}
        </a>
      ),
    },
    { name: "Verdict", cell: ({ verdicts }) => <Verdicts verdicts={verdicts} /> },
    { name: "Mean", isNumber: true, cell: ({ latency }) => <Difference difference={latency} /> },
    {
      name: "p95",
      isNumber: true,
      cell: ({ before, after }) => `${quantity(before.p95Seconds, "s")} → ${quantity(after.p95Seconds, "s")}`,
    },
    {
      name: "Errors",
      isNumber: true,
      cell: ({ before, after }) => `${quantity(before.errorRatio, "1")} → ${quantity(after.errorRatio, "1")}`,
    },
    {
      name: "Requests",
      isNumber: true,
      isExtra: true,
      cell: ({ before, after }) => `${quantity(before.requests)} → ${quantity(after.requests)}`,
    },
  ];
  return (
    <Table
      label="Endpoints side by side"
      columns={columns}
      rows={changes.slice(0, MOST)}
      keyOf={(one) => `${one.job}${nameOf(one)}`}
    />
  );
}

function Verdicts({ verdicts }: { verdicts: readonly string[] }) {
  if (verdicts.length === 0) return <span className="text-quiet">as before</span>;
  return (
    <span className="flex flex-col">
      {verdicts.map((one) => (
        <Badge key={one} tone={toneOfVerdict(one)}>
          {one}
        </Badge>
      ))}
    </span>
  );
}

function Difference({ difference }: { difference: ReleaseChange["latency"] }) {
  const { value, low, high, reason } = difference;
  if (value === null) return <span className="text-quiet text-xs">{reason}</span>;
  return (
    <>
      {changed(value)}
      {low === null || high === null ? null : (
        <span className="text-quiet block text-xs">
          {changed(low)} to {changed(high)}
        </span>
      )}
    </>
  );
}
