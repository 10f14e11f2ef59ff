/** Choose when something was noticed: by a clock, by an alert that fired, or just now. */

import { type SyntheticEvent, useState } from "react";

import type { Episodes } from "../../../api/types";
import { useChange } from "../../../app/location";
import { Button } from "../../../ui/Button";
import { Card } from "../../../ui/Card";
import { Field } from "../../../ui/Field";
import { useOnce } from "../asking";
import { momentText } from "../words";
import { inputText, type Noticed, noticedText } from "./noticed";

export function When({ noticed }: { noticed: Noticed }) {
  const change = useChange();
  const toNow = () => change({ at: "", alert: "", range: "" });
  return (
    <Card title="When was something noticed?">
      <div className="flex flex-wrap items-end gap-4">
        <Time key={noticed.kind === "at" ? noticed.atMs : 0} noticed={noticed} />
        <Fired noticed={noticed} />
        {noticed.kind === "now" ? null : (
          <Button onClick={toNow} className="py-2">
            Just now
          </Button>
        )}
      </div>
      <p className="text-quiet mt-3 text-sm">
        Every series is looked at {noticedText(noticed)}. A stretch that is drawn in any chart can be chosen
        as well.
      </p>
    </Card>
  );
}

function Time({ noticed }: { noticed: Noticed }) {
  const change = useChange();
  const [text, setText] = useState(noticed.kind === "at" ? inputText(noticed.atMs) : "");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const atMs = Date.parse(text);
    if (Number.isFinite(atMs)) change({ at: String(atMs), alert: "" });
  };
  return (
    <form onSubmit={submit} className="flex items-end gap-2">
      <Field name="Around this time">
        {(given) => (
          <input
            {...given}
            type="datetime-local"
            value={text}
            required
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" look="first" className="py-2">
        Look
      </Button>
    </form>
  );
}

function Fired({ noticed }: { noticed: Noticed }) {
  const change = useChange();
  const history = useOnce<Episodes>("alerts/history", { window: "7d", limit: 50 });
  const episodes = history.data?.episodes ?? [];
  const chosen = noticed.kind === "at" ? String(noticed.atMs) : "";
  const starts = new Map(episodes.map((one) => [String(Date.parse(one.startedAt)), one]));
  return (
    <Field name="or when this alert fired">
      {(given) => (
        <select
          {...given}
          value={starts.has(chosen) ? chosen : ""}
          disabled={starts.size === 0}
          onChange={(event) => change({ at: event.target.value, alert: "" })}
        >
          <option value="">{starts.size === 0 ? "none fired in the last week" : "choose one"}</option>
          {[...starts].map(([atText, one]) => (
            <option key={atText} value={atText}>
              {one.rule}, {momentText(one.startedAt)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
