/** What can be done about an alert, one thing at a time. */

import { useId, useState } from "react";

import { useIsAdmin } from "../../../../app/session";
import { Button } from "../../../../ui/Button";
import type { AlertDetail } from "../../answers";
import { acknowledge, resolve, useDoing, withdraw } from "../../doing";
import { Refused } from "../../Told";
import { FOR_ADMINS, useName } from "../../who";
import { SilenceAlert } from "./SilenceAlert";
import { WordForm } from "./WordForm";

type Deed = "acknowledge" | "silence" | "resolve";

const TITLES: readonly (readonly [Deed, string])[] = [
  ["acknowledge", "Acknowledge"],
  ["silence", "Silence"],
  ["resolve", "Resolve"],
];

interface ActionsProps {
  readonly alert: AlertDetail;
  readonly onTold: (said: string) => void;
}

export function Actions({ alert, onTold }: ActionsProps) {
  const isAdmin = useIsAdmin();
  const [open, setOpen] = useState<Deed | null>(null);
  const id = useId();
  if (alert.state !== "firing") return null;
  if (!isAdmin) return <p className="text-quiet text-sm">To acknowledge or silence: {FOR_ADMINS}</p>;
  const said = alert.acknowledged ?? alert.resolved;
  const shown = TITLES.filter(([deed]) => deed === "silence" || said === null);
  const done = (text: string) => {
    setOpen(null);
    onTold(text);
  };
  const leave = () => {
    document.getElementById(`${id}-${open ?? ""}`)?.focus();
    setOpen(null);
  };
  return (
    <div>
      <div className="flex flex-wrap gap-2">
        {said ? <TakeBack fingerprint={alert.fingerprint} onTold={onTold} /> : null}
        {shown.map(([deed, title]) => (
          <Button
            key={deed}
            id={`${id}-${deed}`}
            look={deed === "acknowledge" ? "first" : "plain"}
            aria-expanded={open === deed}
            onClick={() => setOpen(open === deed ? null : deed)}
          >
            {title}
          </Button>
        ))}
      </div>
      {open ? (
        <div className="border-line mt-3 border-t pt-3">
          <Form deed={open} alert={alert} onDone={done} onCancel={leave} />
        </div>
      ) : null}
    </div>
  );
}

interface FormProps {
  readonly deed: Deed;
  readonly alert: AlertDetail;
  readonly onDone: (text: string) => void;
  readonly onCancel: () => void;
}

function Form({ deed, alert, onDone, onCancel }: FormProps) {
  const { fingerprint } = alert;
  if (deed === "silence") return <SilenceAlert alert={alert} onDone={onDone} onCancel={onCancel} />;
  if (deed === "acknowledge") {
    return (
      <WordForm
        {...{ fingerprint, onCancel }}
        key={deed}
        say={acknowledge}
        note="You take care of it: no reminders, nobody else is told, until it ends."
        button="Acknowledge"
        length="1d"
        onDone={({ by }) => onDone(`${by} takes care of it.`)}
      />
    );
  }
  return (
    <WordForm
      {...{ fingerprint, onCancel }}
      key={deed}
      say={resolve}
      note="People are told that it is over. If it still holds once the time is up, they hear of it again."
      button="Call it resolved"
      length="1h"
      onDone={({ by }) => onDone(`${by} called it resolved.`)}
    />
  );
}

function TakeBack({ fingerprint, onTold }: { fingerprint: string; onTold: (said: string) => void }) {
  const [name] = useName();
  const taking = useDoing(withdraw, () => onTold("Taken back: reminders and escalation go on."));
  const take = () => taking.mutate({ fingerprint, by: name });
  return (
    <>
      <Button onClick={take} disabled={taking.isPending}>
        Take back
      </Button>
      <Refused error={taking.error} />
    </>
  );
}
