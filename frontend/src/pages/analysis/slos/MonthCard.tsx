/** What a month of a service level was like: whether it was met, and in which incidents the budget went. */

import { useChange, usePlace } from "../../../app/location";
import { quantity, seconds } from "../../../format/quantity";
import { Asked } from "../../../ui/Asked";
import { Badge } from "../../../ui/Badge";
import { Card } from "../../../ui/Card";
import { Field } from "../../../ui/Field";
import { type Column, Table } from "../../../ui/Table";
import type { Breach, Month } from "../answers";
import { useOnce } from "../asking";
import { To } from "../links";
import { pathTo } from "../tabs";
import { asSentence, momentText } from "../words";
import { monthsUpTo } from "./burn";
import { Fact } from "./SlosTab";

const MONTHS = 12;

const COLUMNS: readonly Column<Breach>[] = [
  { name: "Began", cell: ({ start }) => momentText(start) },
  { name: "Lasted", isNumber: true, cell: ({ minutes }) => seconds(minutes * 60) },
  { name: "Events", isNumber: true, isExtra: true, cell: ({ events }) => quantity(events) },
  { name: "Bad", isNumber: true, cell: ({ badEvents }) => quantity(badEvents) },
  { name: "At worst", isNumber: true, cell: ({ peakErrorRatio }) => quantity(peakErrorRatio, "1") },
  {
    name: "Cause",
    cell: ({ start }) => (
      <To path={pathTo("causes")} more={{ at: String(Date.parse(start)) }}>
        What moved first?
      </To>
    ),
  },
];

export function MonthCard({ name }: { name: string }) {
  const change = useChange();
  const month = usePlace().parameters.get("month") ?? "";
  const answer = useOnce<Month>(`slos/${encodeURIComponent(name)}/report`, { month });
  const months = answer.dataUpdatedAt ? monthsUpTo(answer.dataUpdatedAt, MONTHS) : [month];
  return (
    <Card title="A month">
      <Field name="Which" className="mb-3 w-40">
        {(given) => (
          <select
            {...given}
            value={month || (months[0] ?? "")}
            onChange={(event) => change({ month: event.target.value })}
          >
            {months.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
      </Field>
      <Asked answer={answer}>{(found) => <Found found={found} />}</Asked>
    </Card>
  );
}

function Found({ found }: { found: Month }) {
  const { isMet, sentence, incidents, notes } = found;
  return (
    <>
      <p className="flex flex-wrap gap-x-3 text-sm">
        {isMet === null ? null : <Badge tone={isMet ? "good" : "bad"}>{isMet ? "met" : "not met"}</Badge>}
        {sentence}
      </p>
      {notes.map((note) => (
        <p key={note} className="text-quiet mt-1 text-xs">
          {asSentence(note)}
        </p>
      ))}
      <dl className="my-4 grid grid-cols-2 gap-3 text-sm sm:grid-cols-4">
        <Fact name="was good" text={quantity(found.ratio, "1")} />
        <Fact name="of the budget spent" text={quantity(found.budgetSpent, "1")} />
        <Fact name="more was bad than allowed for" text={seconds(found.breachMinutes * 60)} />
        <Fact name="bad events" text={quantity(found.badEvents)} />
      </dl>
      {incidents.length > 0 ? (
        <Table
          label="Incidents of the month"
          columns={COLUMNS}
          rows={incidents}
          keyOf={({ start }) => start}
        />
      ) : null}
    </>
  );
}
