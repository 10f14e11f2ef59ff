/** A silence that is being written down, its conditions one a line. */

import { useMemo, useState } from "react";

import { Card } from "../../../ui/Card";
import { Field } from "../../../ui/Field";
import { type Draft, matchersOf } from "./draft";
import { SilenceForm } from "./SilenceForm";

const HINT =
  'One condition a line, all of them have to hold: severity="warning", host=~"web-.*", team!="data"';
const HINT_OF_CHANGE =
  "One condition a line. Other conditions end this silence and make a new one in its place.";

interface DraftCardProps {
  readonly draft: Draft;
  readonly onDone: (said: string) => void;
  readonly onCancel: () => void;
}

export function DraftCard({ draft, onDone, onCancel }: DraftCardProps) {
  const [text, setText] = useState(draft.text);
  const matchers = useMemo(() => matchersOf(draft, text), [draft, text]);
  return (
    <Card title={draft.title}>
      <SilenceForm draft={draft} matchers={matchers} onDone={onDone} onCancel={onCancel}>
        <Field name="What is to be quiet" hint={draft.changed?.state === "active" ? HINT_OF_CHANGE : HINT}>
          {(given) => (
            <textarea
              {...given}
              autoFocus
              rows={3}
              spellCheck={false}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
      </SilenceForm>
    </Card>
  );
}
