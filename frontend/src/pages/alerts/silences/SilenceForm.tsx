/** A silence to be made: what, how long, who and why, with a look at what it matches before it is made. */

import { type ReactNode, type SyntheticEvent, useState } from "react";

import { momentText } from "../../../format/moment";
import { Button } from "../../../ui/Button";
import { Field } from "../../../ui/Field";
import type { Silence } from "../answers";
import { type MatcherGiven, silence, useDoing } from "../doing";
import { Refused } from "../Told";
import { useName } from "../who";
import { lengthProblem, LENGTHS } from "./matchers";
import { Preview } from "./Preview";

interface SilenceFormProps {
  readonly matchers: readonly MatcherGiven[];
  /** Where the matchers are chosen. */
  readonly children: ReactNode;
  readonly comment?: string;
  readonly onDone: (said: string) => void;
  readonly onCancel: () => void;
}

export function SilenceForm({ matchers, children, comment = "", onDone, onCancel }: SilenceFormProps) {
  const [length, setLength] = useState<string>("1h");
  const [why, setWhy] = useState(comment);
  const [name, setName] = useName();
  const making = useDoing(silence, (made) => onDone(madeText(made)));
  const problem = lengthProblem(length);
  const isWhole = matchers.length > 0 && !problem && why.trim() !== "" && name.trim() !== "";
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!isWhole) return;
    const given = { matchers, for: length.trim(), createdBy: name.trim(), comment: why.trim() };
    making.mutate(given);
  };
  return (
    <form onSubmit={submit} className="grid gap-3 text-sm">
      {children}
      <Preview matchers={matchers} />
      <div className="grid gap-3 sm:grid-cols-[auto_1fr_10rem]">
        <Length length={length} problem={problem} onChange={setLength} />
        <Field name="Why" hint="Others read this when they wonder why it is quiet.">
          {(given) => (
            <input {...given} required value={why} onChange={(event) => setWhy(event.target.value)} />
          )}
        </Field>
        <Field name="Who">
          {(given) => (
            <input
              {...given}
              required
              autoComplete="name"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
      </div>
      <Refused error={making.error} />
      <div className="flex gap-2">
        <Button type="submit" look="first" disabled={!isWhole || making.isPending}>
          Silence for {problem ? "…" : length.trim()}
        </Button>
        <Button onClick={onCancel}>Leave it</Button>
      </div>
    </form>
  );
}

interface LengthProps {
  readonly length: string;
  readonly problem: string | undefined;
  readonly onChange: (length: string) => void;
}

function Length({ length, problem, onChange }: LengthProps) {
  return (
    <div className="flex flex-wrap items-start gap-2">
      <fieldset>
        <legend className="text-quiet mb-1 text-xs font-medium">For how long</legend>
        <div className="flex gap-1">
          {LENGTHS.map((one) => (
            <Button key={one} aria-pressed={one === length} onClick={() => onChange(one)} className={PRESSED}>
              {one}
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

const PRESSED = "py-2 aria-pressed:border-accent aria-pressed:font-semibold";

function madeText({ endsAt, startsAt }: Silence): string {
  const span = { sinceMs: Date.parse(startsAt), untilMs: Date.parse(endsAt) };
  return `Silenced until ${momentText(span.untilMs, { ...span, sinceMs: span.untilMs - 2 * 86_400_000 })}.`;
}
