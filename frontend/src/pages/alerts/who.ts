/** Under which name somebody does what they do, and what those read who may not. */

import { useState } from "react";

import { recall, remember } from "../../app/memory";
import { useSession } from "../../app/session";

const KEPT = "name";

export const FOR_ADMINS = "Needs the role admin; you read with the role viewer.";

/**
 * Return the name that goes with what is done, and what changes it; the browser remembers it.
 *
 * Whoever signed in with a token has no name of their own there; the audit trail keeps both.
 */
export function useName(): readonly [string, (name: string) => void] {
  const session = useSession();
  const [name, setName] = useState(() => recall(KEPT));
  const change = (text: string) => {
    setName(text);
    remember(KEPT, text.trim() || null);
  };
  return [name ?? session?.name ?? "", change];
}
