/** What somebody says about an alert: that they take care of it, or that it is over. */

import { type SyntheticEvent, useState } from "react";

import { Button } from "../../../../ui/Button";
import { Field } from "../../../../ui/Field";
import type { Word } from "../../answers";
import { type Said, useDoing } from "../../doing";
import { lengthProblem } from "../../silences/matchers";
import { Refused } from "../../Told";
import { useName } from "../../who";

interface WordFormProps {
  readonly fingerprint: string;
  readonly say: (said: Said) => Promise<Word>;
  /** What it means, before somebody does it. */
  readonly note: string;
  readonly button: string;
  readonly length: string;
  readonly onDone: (word: Word) => void;
  readonly onCancel: () => void;
}

export function WordForm({ fingerprint, say, note, button, length, onDone, onCancel }: WordFormProps) {
  const [comment, setComment] = useState("");
  const [hold, setHold] = useState(length);
  const [name, setName] = useName();
  const saying = useDoing(say, onDone);
  const problem = lengthProblem(hold);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (problem || !name.trim()) return;
    const said = { fingerprint, by: name.trim(), comment: comment.trim(), for: hold.trim() };
    saying.mutate(said);
  };
  return (
    <form onSubmit={submit} className="grid gap-3 text-sm">
      <p className="text-quiet">{note}</p>
      <div className="grid gap-3 sm:grid-cols-[1fr_10rem_8rem]">
        <Field name="Comment">
          {(given) => (
            <input
              {...given}
              autoFocus
              value={comment}
              onChange={(event) => setComment(event.target.value)}
            />
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
        <Field name="At most for" problem={problem}>
          {(given) => <input {...given} value={hold} onChange={(event) => setHold(event.target.value)} />}
        </Field>
      </div>
      <Refused error={saying.error} />
      <div className="flex gap-2">
        <Button
          type="submit"
          look="first"
          disabled={saying.isPending || !name.trim() || problem !== undefined}
        >
          {button}
        </Button>
        <Button onClick={onCancel}>Leave it</Button>
      </div>
    </form>
  );
}
