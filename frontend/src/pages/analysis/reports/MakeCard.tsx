/** Make a report of a day, a week or a month up to now or to another day. */

import { type SyntheticEvent, useState } from "react";

import { linkTo, usePlace } from "../../../app/location";
import { Button } from "../../../ui/Button";
import { Card } from "../../../ui/Card";
import { Field } from "../../../ui/Field";
import { pathTo } from "../tabs";
import { type Kind, kindOf, KINDS, lengthText } from "./kinds";

export function MakeCard({ chosen }: { chosen: Kind | null }) {
  const here = usePlace();
  const [kind, setKind] = useState<Kind>(chosen ?? "daily");
  const [day, setDay] = useState("");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    // The report of a day ends where the next one begins, in the time of the reader.
    const end = day ? new Date(new Date(`${day}T00:00`).getTime() + 86_400_000).toISOString() : "";
    window.location.hash = linkTo(pathTo("reports", kind), here, end ? { end } : {});
  };
  return (
    <Card title="Make a report">
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <Field name="Of">
          {(given) => (
            <select
              {...given}
              value={kind}
              onChange={(event) => setKind(kindOf(event.target.value) ?? "daily")}
            >
              {KINDS.map((one) => (
                <option key={one} value={one}>
                  {lengthText(one)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field name="Up to the end of (now, if left out)">
          {(given) => (
            <input {...given} type="date" value={day} onChange={(event) => setDay(event.target.value)} />
          )}
        </Field>
        <Button type="submit" look="first" className="py-2">
          Make
        </Button>
      </form>
    </Card>
  );
}
