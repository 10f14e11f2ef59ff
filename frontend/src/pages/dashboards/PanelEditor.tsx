/** One panel, changed: what it asks, how it shows it, and where it is; with a look at what comes of it. */

import { type SyntheticEvent, useState } from "react";

import { Note } from "../../ui/Asked";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { sizeOf, UNITS } from "./choices";
import { KindField, TitleField } from "./fields";
import { clamped } from "./layout";
import { Panel } from "./Panel";
import { PlaceFields } from "./PlaceFields";
import { problemOf, QueryFields } from "./QueryFields";
import type { Kind, Panel as Panels } from "./types";

interface PanelEditorProps {
  readonly panel: Panels;
  readonly onDone: (panel: Panels) => void;
  readonly onClose: () => void;
}

export function PanelEditor({ panel, onDone, onClose }: PanelEditorProps) {
  const [draft, setDraft] = useState(panel);
  const [seen, setSeen] = useState(panel);
  const [refusals, setRefusals] = useState(0);
  const [isWarned, setIsWarned] = useState(false);
  const change = (changes: Partial<Panels>) => {
    setDraft((before) => ({ ...before, ...changes }));
    setIsWarned(false); // of what is written after a warning nobody was warned
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (draft.queries.some((query) => problemOf(query) !== null)) setRefusals(refusals + 1);
    else onDone({ ...draft, title: draft.title.trim(), place: clamped(draft.place) });
  };
  // A press beside it, or one Escape too many, must not take away what was written.
  const leave = draft === panel || isWarned ? onClose : () => setIsWarned(true);
  return (
    <Dialog title="Panel" onClose={leave} className="mt-[4vh] max-h-[92vh] w-[min(56rem,calc(100vw-1rem))]">
      <form onSubmit={submit} className="grid gap-4 overflow-y-auto p-5">
        <div className="grid gap-4 sm:grid-cols-[2fr_1fr_1fr]">
          <TitleField value={draft.title} onChange={(title) => change({ title })} />
          <KindField value={draft.kind} onChange={(kind) => change(withKind(draft, kind))} />
          <UnitField value={draft.unit} onChange={(unit) => change({ unit })} />
        </div>
        <QueryFields
          queries={draft.queries}
          refusals={refusals}
          onChange={(queries) => change({ queries })}
          onTry={() => setSeen(draft)}
        />
        <div className="grid grid-cols-2 gap-4 sm:grid-cols-5">
          <ThresholdField value={draft.threshold} onChange={(threshold) => change({ threshold })} />
          <PlaceFields place={draft.place} onChange={(place) => change({ place })} />
        </div>
        <Preview panel={seen} />
        <p role="status" className="text-warn text-right text-sm empty:hidden">
          {isWarned ? "Done keeps what was changed; closing once more lets go of it." : ""}
        </p>
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

/** A panel of the usual size takes the usual size of its new kind. */
function withKind(panel: Panels, kind: Kind): Panels {
  const { w, h } = sizeOf(panel.kind);
  const isUsual = panel.place.w === w && panel.place.h === h;
  return { ...panel, kind, place: isUsual ? { ...panel.place, ...sizeOf(kind) } : panel.place };
}

function Preview({ panel }: { panel: Panels }) {
  const isAsking = panel.queries.every(({ expr }) => expr.trim() !== "");
  return (
    <div className="border-line flex h-64 flex-col rounded-lg border p-3">
      {isAsking ? (
        <Panel panel={panel} />
      ) : (
        <Note title="Nothing is asked yet">
          Try shows here what comes of the queries, before anything is kept.
        </Note>
      )}
    </div>
  );
}

interface ValueProps<Value> {
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

function UnitField({ value, onChange }: ValueProps<string>) {
  return (
    <Field name="Unit">
      {(given) => (
        <>
          <input
            {...given}
            list="units"
            maxLength={32}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
          <datalist id="units">
            {UNITS.map(({ unit, name }) => (
              <option key={unit} value={unit} label={name} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

function ThresholdField({ value, onChange }: ValueProps<number | null>) {
  return (
    <Field name="Bad from">
      {(given) => (
        <input
          {...given}
          type="number"
          step="any"
          value={value ?? ""}
          onChange={(event) => onChange(event.target.value === "" ? null : event.target.valueAsNumber)}
        />
      )}
    </Field>
  );
}
