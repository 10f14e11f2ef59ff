/** One panel, changed: what it asks, how it shows it, and where it is; with a look at what comes of it. */

import { type SyntheticEvent, useState } from "react";

import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { clamped } from "./layout";
import { Panel } from "./Panel";
import { KINDS, UNITS } from "./choices";
import type { Asked, Panel as Panels, Place } from "./types";

interface PanelEditorProps {
  readonly panel: Panels;
  readonly onDone: (panel: Panels) => void;
  readonly onClose: () => void;
}

const PREVIEW_PX = 240;

export function PanelEditor({ panel, onDone, onClose }: PanelEditorProps) {
  const [draft, setDraft] = useState(panel);
  const [seen, setSeen] = useState(panel);
  const change = (changes: Partial<Panels>) => setDraft((before) => ({ ...before, ...changes }));
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    onDone({ ...draft, title: draft.title.trim(), place: clamped(draft.place) });
  };
  return (
    <Dialog title="Panel" onClose={onClose} className="mt-[4vh] max-h-[92vh] w-[min(56rem,calc(100vw-1rem))]">
      <form onSubmit={submit} className="grid gap-4 overflow-y-auto p-5">
        <div className="grid gap-4 sm:grid-cols-[2fr_1fr_1fr]">
          <Field name="Title">
            {(given) => (
              <input
                {...given}
                required
                maxLength={120}
                value={draft.title}
                onChange={(event) => change({ title: event.target.value })}
              />
            )}
          </Field>
          <Field name="Shows">
            {(given) => (
              <select
                {...given}
                value={draft.kind}
                onChange={(event) => change({ kind: event.target.value as Panels["kind"] })}
              >
                {KINDS.map(({ kind, name }) => (
                  <option key={kind} value={kind}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field name="Unit">
            {(given) => (
              <>
                <input
                  {...given}
                  list="units"
                  maxLength={32}
                  value={draft.unit}
                  onChange={(event) => change({ unit: event.target.value })}
                />
                <datalist id="units">
                  {UNITS.map(({ unit, name }) => (
                    <option key={unit} value={unit} label={name} />
                  ))}
                </datalist>
              </>
            )}
          </Field>
        </div>
        <Queries queries={draft.queries} onChange={(queries) => change({ queries })} />
        <div className="grid grid-cols-2 gap-4 sm:grid-cols-5">
          <Field name="Bad from">
            {(given) => (
              <input
                {...given}
                type="number"
                step="any"
                value={draft.threshold ?? ""}
                onChange={(event) =>
                  change({ threshold: event.target.value === "" ? null : event.target.valueAsNumber })
                }
              />
            )}
          </Field>
          <Placing place={draft.place} onChange={(place) => change({ place })} />
        </div>
        <div className="border-line flex h-64 flex-col rounded-lg border p-3">
          <Panel panel={seen} height={PREVIEW_PX} />
        </div>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={() => setSeen(draft)}>Try</Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="first">
            Done
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface QueriesProps {
  readonly queries: readonly Asked[];
  readonly onChange: (queries: readonly Asked[]) => void;
}

const MOST_QUERIES = 10;

function Queries({ queries, onChange }: QueriesProps) {
  const change = (at: number, changes: Partial<Asked>) =>
    onChange(queries.map((query, place) => (place === at ? { ...query, ...changes } : query)));
  return (
    <div className="grid gap-3">
      {queries.map((query, at) => (
        <div key={at} className="grid items-end gap-3 sm:grid-cols-[3fr_1fr_auto]">
          <Field name={queries.length > 1 ? `Query ${at + 1}, in PromQL` : "Query, in PromQL"}>
            {(given) => (
              <textarea
                {...given}
                required
                rows={2}
                spellCheck={false}
                maxLength={4000}
                value={query.expr}
                onChange={(event) => change(at, { expr: event.target.value })}
                className={`${given.className} font-mono`}
              />
            )}
          </Field>
          <Field name="Legend, such as {{http_route}}">
            {(given) => (
              <input
                {...given}
                maxLength={200}
                value={query.legend}
                onChange={(event) => change(at, { legend: event.target.value })}
              />
            )}
          </Field>
          <Button
            disabled={queries.length === 1}
            onClick={() => onChange(queries.filter((_, place) => place !== at))}
            aria-label={`Remove query ${at + 1}`}
          >
            ✕
          </Button>
        </div>
      ))}
      <div>
        <Button
          disabled={queries.length === MOST_QUERIES}
          onClick={() => onChange([...queries, { expr: "", legend: "" }])}
        >
          Another query
        </Button>
      </div>
    </div>
  );
}

const PLACES: readonly { readonly key: keyof Place; readonly name: string; readonly shift: number }[] = [
  { key: "x", name: "Column", shift: 1 },
  { key: "y", name: "Row", shift: 1 },
  { key: "w", name: "Columns wide", shift: 0 },
  { key: "h", name: "Rows high", shift: 0 },
];

function Placing({ place, onChange }: { place: Place; onChange: (place: Place) => void }) {
  return PLACES.map(({ key, name, shift }) => (
    <Field key={key} name={name}>
      {(given) => (
        <input
          {...given}
          type="number"
          required
          min={1}
          max={key === "y" ? 2000 : key === "h" ? 24 : 12}
          value={Number.isNaN(place[key]) ? "" : place[key] + shift}
          onChange={(event) => onChange({ ...place, [key]: event.target.valueAsNumber - shift })}
        />
      )}
    </Field>
  ));
}
