/** All silences: what is quiet, for how much longer and why; made, changed and ended here. */

import { useRef, useState } from "react";

import { useAnswer } from "../../../api/questions";
import { useIsAdmin } from "../../../app/session";
import { Asked, Note } from "../../../ui/Asked";
import { Button } from "../../../ui/Button";
import { Card } from "../../../ui/Card";
import type { Silence, Silences as Answer } from "../answers";
import { Told } from "../Told";
import { FOR_ADMINS } from "../who";
import { type Draft, NEW } from "./draft";
import { DraftCard } from "./DraftCard";
import { SilenceRow } from "./SilenceRow";

const REFRESH_MS = 15_000;

export function Silences() {
  const answer = useAnswer<Answer>("silences", {}, REFRESH_MS);
  const isAdmin = useIsAdmin();
  const [told, setTold] = useState("");
  const { draft, begin, end, leave } = useDraft();
  const done = (said: string) => {
    end();
    setTold(said);
  };
  return (
    <>
      <Told>{told}</Told>
      <div className="grid gap-4">
        {isAdmin ? (
          <div>
            <Button look="first" aria-expanded={draft === NEW} onClick={() => begin(NEW)}>
              New silence
            </Button>
          </div>
        ) : (
          <p className="text-quiet text-sm">To make, edit or end a silence: {FOR_ADMINS}</p>
        )}
        {draft ? <DraftCard key={keyOf(draft)} draft={draft} onDone={done} onCancel={leave} /> : null}
        <Asked answer={answer}>
          {({ silences }) => <Listed silences={silences} onDraft={begin} onTold={setTold} />}
        </Asked>
      </div>
    </>
  );
}

/** The one draft that is open; once it is left, the focus is where it was begun. */
function useDraft() {
  const [draft, setDraft] = useState<Draft | null>(null);
  const opener = useRef<Element | null>(null);
  const begin = (begun: Draft) => {
    opener.current = document.activeElement;
    setDraft(begun);
  };
  const end = () => setDraft(null);
  const leave = () => {
    if (opener.current instanceof HTMLElement) opener.current.focus();
    end();
  };
  return { draft, begin, end, leave };
}

function keyOf({ title, from }: Draft): string {
  return `${title} ${from?.id ?? ""}`;
}

interface ListedProps {
  readonly silences: readonly Silence[];
  readonly onDraft: (draft: Draft) => void;
  readonly onTold: (said: string) => void;
}

function Listed({ silences, ...heard }: ListedProps) {
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
          <Rows silences={going} {...heard} />
        )}
      </Card>
      {over.length > 0 ? (
        <Card title={`Over · ${over.length}`}>
          <Rows silences={over} {...heard} />
        </Card>
      ) : null}
    </>
  );
}

function Rows({ silences, ...heard }: ListedProps) {
  return (
    <ul className="divide-line divide-y text-sm">
      {silences.map((one) => (
        <SilenceRow key={one.id} silence={one} {...heard} />
      ))}
    </ul>
  );
}
