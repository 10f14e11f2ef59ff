/** All silences: what is quiet, for how much longer and why; made and ended here. */

import { useState } from "react";

import { useAnswer } from "../../../api/questions";
import { useIsAdmin } from "../../../app/session";
import { Asked, Note } from "../../../ui/Asked";
import { Button } from "../../../ui/Button";
import { Card } from "../../../ui/Card";
import { Field } from "../../../ui/Field";
import type { Silence, Silences as Answer } from "../answers";
import { Told } from "../Told";
import { FOR_ADMINS } from "../who";
import { linesOf } from "./matchers";
import { SilenceForm } from "./SilenceForm";
import { SilenceRow } from "./SilenceRow";

const REFRESH_MS = 15_000;

export function Silences() {
  const answer = useAnswer<Answer>("silences", {}, REFRESH_MS);
  const [told, setTold] = useState("");
  return (
    <>
      <Told>{told}</Told>
      <div className="grid gap-4">
        <Make onTold={setTold} />
        <Asked answer={answer}>{({ silences }) => <Listed silences={silences} onTold={setTold} />}</Asked>
      </div>
    </>
  );
}

function Make({ onTold }: { onTold: (said: string) => void }) {
  const isAdmin = useIsAdmin();
  const [isOpen, setOpen] = useState(false);
  const [wasLeft, setLeft] = useState(false);
  const [text, setText] = useState("");
  const leave = () => {
    setOpen(false);
    setLeft(true);
  };
  const done = (said: string) => {
    leave();
    setText("");
    onTold(said);
  };
  if (!isAdmin) return <p className="text-quiet text-sm">To make or end a silence: {FOR_ADMINS}</p>;
  if (!isOpen) {
    return (
      <div>
        <Button look="first" autoFocus={wasLeft} onClick={() => setOpen(true)}>
          New silence
        </Button>
      </div>
    );
  }
  return (
    <Card title="New silence">
      <SilenceForm matchers={linesOf(text)} onDone={done} onCancel={leave}>
        <Field
          name="What is to be quiet"
          hint='One condition a line, all of them have to hold: severity="warning", host=~"web-.*", team!="data"'
        >
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

interface ListedProps {
  readonly silences: readonly Silence[];
  readonly onTold: (said: string) => void;
}

function Listed({ silences, onTold }: ListedProps) {
  const going = silences.filter(({ state }) => state !== "expired");
  const over = silences.filter(({ state }) => state === "expired");
  return (
    <>
      <Card title={`In force · ${going.length}`}>
        {going.length === 0 ? (
          <Note title="Nothing is silenced">
            A silence keeps people from being told of alerts during work that is planned. It can be made here,
            or from an alert that fires.
          </Note>
        ) : (
          <Rows silences={going} onTold={onTold} />
        )}
      </Card>
      {over.length > 0 ? (
        <Card title={`Over · ${over.length}`}>
          <Rows silences={over} onTold={onTold} />
        </Card>
      ) : null}
    </>
  );
}

function Rows({ silences, onTold }: ListedProps) {
  return (
    <ul className="divide-line divide-y text-sm">
      {silences.map((one) => (
        <SilenceRow key={one.id} silence={one} onTold={onTold} />
      ))}
    </ul>
  );
}
