/** When a silence begins: now, or at a moment to come. */

import { datedText } from "../../../format/moment";
import { parseLocal } from "../../../time/local";
import { Button } from "../../../ui/Button";
import { Field } from "../../../ui/Field";
import type { Draft } from "./draft";

interface BeginsProps {
  readonly draft: Draft;
  /** As an input holds it; empty for now. */
  readonly begins: string;
  readonly problem: string | undefined;
  readonly onChange: (begins: string) => void;
}

export function Begins({ draft, begins, problem, onChange }: BeginsProps) {
  const choices = draft.begins === "" ? [""] : [draft.begins, ""];
  return (
    <div className="flex flex-wrap items-start gap-2">
      <fieldset>
        <legend className="text-quiet mb-1 text-xs font-medium">Begins</legend>
        <div className="flex flex-wrap gap-1">
          {choices.map((one) => (
            <Button key={one} aria-pressed={one === begins} onClick={() => onChange(one)} className={PRESSED}>
              {one === "" ? "now" : `as it is, ${datedText(parseLocal(one) ?? 0)}`}
            </Button>
          ))}
        </div>
      </fieldset>
      <Field name="or at another moment" problem={problem} className="w-56">
        {(given) => (
          <input
            {...given}
            type="datetime-local"
            value={begins}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
    </div>
  );
}

export const PRESSED = "py-2 aria-pressed:border-accent aria-pressed:font-semibold";
