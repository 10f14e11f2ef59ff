/** Asks who this is where the session is over, and goes on at the same place. */

import { useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";

import { signIn } from "../api/session";
import { stranger } from "../live/connection";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { useStore } from "./store";

export function SignIn() {
  return useStore(stranger) ? <Form /> : null;
}

function Form() {
  const client = useQueryClient();
  const [credential, setCredential] = useState("");
  const [problem, setProblem] = useState<string>();
  const [isAsking, setIsAsking] = useState(false);
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    setIsAsking(true);
    const refused = await signIn(credential.trim()).catch((error: unknown) =>
      error instanceof Error ? error.message : "That failed.",
    );
    setIsAsking(false);
    if (refused !== null) {
      setProblem(refused);
      return;
    }
    stranger.set(false);
    await client.invalidateQueries();
  };
  return (
    <Dialog title="Sign in">
      <form onSubmit={(event) => void submit(event)} className="grid gap-4 px-5 pt-2 pb-5">
        <p className="text-quiet text-sm">
          The session is over, or the server was started anew. What you look at stays where it is.
        </p>
        <Field name="Token or API key" problem={problem}>
          {(given) => (
            <input
              type="password"
              required
              autoFocus
              autoComplete="current-password"
              value={credential}
              onChange={(event) => setCredential(event.target.value)}
              {...given}
            />
          )}
        </Field>
        <Button type="submit" look="first" disabled={isAsking || !credential.trim()}>
          Sign in
        </Button>
      </form>
    </Dialog>
  );
}
