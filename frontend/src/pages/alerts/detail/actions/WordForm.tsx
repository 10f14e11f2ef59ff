/** What somebody says about an alert: that they take care of it, or that it is over. */

import { useState } from "react";

import { Field } from "../../../../ui/Field";
import type { Word } from "../../answers";
import { DeedForm } from "../../DeedForm";
import { type Said, useDoing } from "../../doing";
import { lengthProblem } from "../../silences/matchers";
import { useName } from "../../who";
import { WhoField } from "../../WhoField";

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
  const said = { fingerprint, by: name.trim(), comment: comment.trim(), for: hold.trim() };
  return (
    <DeedForm
      button={button}
      isWhole={said.by !== "" && problem === undefined}
      doing={saying}
      onSubmit={() => saying.mutate(said)}
      onCancel={onCancel}
    >
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
        <WhoField name={name} onChange={setName} />
        <Field name="At most for" problem={problem}>
          {(given) => <input {...given} value={hold} onChange={(event) => setHold(event.target.value)} />}
        </Field>
      </div>
    </DeedForm>
  );
}
