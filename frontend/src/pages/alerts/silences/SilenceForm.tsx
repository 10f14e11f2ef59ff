/** A silence to be made or changed: what, how long, who and why, with a look at what it matches before. */

import { type ReactNode, useState } from "react";

import { useNow } from "../../../app/now";
import { datedText } from "../../../format/moment";
import { Button } from "../../../ui/Button";
import { Field } from "../../../ui/Field";
import type { Silence } from "../answers";
import { DeedForm } from "../DeedForm";
import { changeSilence, type MatcherGiven, silence, type SilenceGiven, useDoing } from "../doing";
import { useName } from "../who";
import { WhoField } from "../WhoField";
import { Begins, PRESSED } from "./Begins";
import { changesOf, type Draft, isWhole, problemOf, startOf, startProblem } from "./draft";
import { LENGTHS } from "./matchers";
import { Preview } from "./Preview";

interface SilenceFormProps {
  readonly draft: Draft;
  readonly matchers: readonly MatcherGiven[];
  /** Where the matchers are chosen. */
  readonly children: ReactNode;
  readonly onDone: (said: string) => void;
  readonly onCancel: () => void;
}

export function SilenceForm({ draft, matchers, children, onDone, onCancel }: SilenceFormProps) {
  const { changed } = draft;
  const nowMs = useNow();
  const [begins, setBegins] = useState(draft.begins);
  const [length, setLength] = useState(draft.length);
  const [why, setWhy] = useState(draft.comment);
  const [name, setName] = useName();
  const making = useDoing(
    (given: SilenceGiven) => save(changed, given),
    (made) => onDone(madeText(made)),
  );
  const startsAt = startOf(draft, begins, nowMs);
  const given = {
    matchers,
    ...(startsAt === undefined ? {} : { startsAt }),
    for: length.trim(),
    createdBy: name.trim(),
    comment: why.trim(),
  };
  const problem = problemOf(draft, given.for);
  const tooLate = startProblem(draft, { begins, length: given.for, nowMs });
  return (
    <DeedForm
      button={changed === null ? buttonText(problem ? "…" : given.for, begins) : "Save the changes"}
      isWhole={isWhole(draft, given) && tooLate === undefined}
      doing={making}
      onSubmit={() => making.mutate(given)}
      onCancel={onCancel}
    >
      {children}
      <Preview matchers={matchers} />
      {changed?.state === "active" ? null : (
        <Begins draft={draft} begins={begins} problem={tooLate} onChange={setBegins} />
      )}
      <Length
        length={length}
        problem={problem}
        legend={legendOf(changed, begins)}
        changed={changed}
        onChange={setLength}
      />
      <div className="grid gap-3 sm:grid-cols-[1fr_14rem]">
        <Field name="Why" hint="Others read this when they wonder why it is quiet.">
          {(shared) => (
            <input {...shared} required value={why} onChange={(event) => setWhy(event.target.value)} />
          )}
        </Field>
        <WhoField
          name={name}
          onChange={setName}
          {...(changed === null ? {} : { hint: `It stays in the name of ${changed.createdBy}.` })}
        />
      </div>
    </DeedForm>
  );
}

function save(changed: Silence | null, given: SilenceGiven): Promise<Silence> {
  if (changed === null) return silence(given);
  return changeSilence({ id: changed.id, by: given.createdBy, changes: changesOf(changed, given) });
}

interface LengthProps {
  readonly length: string;
  readonly problem: string | undefined;
  readonly legend: string;
  readonly changed: Silence | null;
  readonly onChange: (length: string) => void;
}

function Length({ length, problem, legend, changed, onChange }: LengthProps) {
  const lengths = changed === null ? LENGTHS : ["", ...LENGTHS];
  return (
    <div className="flex flex-wrap items-start gap-2">
      <fieldset>
        <legend className="text-quiet mb-1 text-xs font-medium">{legend}</legend>
        <div className="flex flex-wrap gap-1">
          {lengths.map((one) => (
            <Button key={one} aria-pressed={one === length} onClick={() => onChange(one)} className={PRESSED}>
              {one === "" && changed ? `as it is, until ${endText(changed)}` : one}
            </Button>
          ))}
        </div>
      </fieldset>
      <Field name="or another length" problem={problem} className="w-32">
        {(given) => <input {...given} value={length} onChange={(event) => onChange(event.target.value)} />}
      </Field>
    </div>
  );
}

function buttonText(length: string, begins: string): string {
  return `Silence for ${length}${begins === "" ? "" : " from then on"}`;
}

function legendOf(changed: Silence | null, begins: string): string {
  if (begins !== "") return "For how long from its start on";
  return changed === null ? "For how long" : "For how long from now on";
}

function madeText(made: Silence): string {
  const from = made.state === "pending" ? `from ${datedText(Date.parse(made.startsAt))} ` : "";
  return `Silenced ${from}until ${endText(made)}.`;
}

function endText({ endsAt }: Silence): string {
  return datedText(Date.parse(endsAt));
}
