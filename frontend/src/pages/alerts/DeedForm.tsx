/** A form in which something is done: sent once it is whole, told in its place why it was refused, or left. */

import type { ReactNode, SyntheticEvent } from "react";

import { Button } from "../../ui/Button";
import { Refused } from "./Told";

interface DeedFormProps {
  /** What the button says that does it. */
  readonly button: string;
  /** Whether all is said that is needed. */
  readonly isWhole: boolean;
  readonly doing: { readonly isPending: boolean; readonly error: Error | null };
  readonly onSubmit: () => void;
  readonly onCancel: () => void;
  readonly children: ReactNode;
}

export function DeedForm({ button, isWhole, doing, onSubmit, onCancel, children }: DeedFormProps) {
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (isWhole) onSubmit();
  };
  return (
    <form onSubmit={submit} className="grid gap-3 text-sm">
      {children}
      <Refused error={doing.error} />
      <div className="flex gap-2">
        <Button type="submit" look="first" disabled={!isWhole || doing.isPending}>
          {button}
        </Button>
        <Button onClick={onCancel}>Leave it</Button>
      </div>
    </form>
  );
}
