/** Who looks at the page: come in with a token or a key, and go. */

import { address, Unreachable } from "./client";

const FORM = { "Content-Type": "application/x-www-form-urlencoded" };
const WRONG = "That is no token or key of this application.";

/** Return why somebody is not let in; nothing for who is. */
export async function signIn(credential: string): Promise<string | null> {
  const body = new URLSearchParams({ token: credential });
  const init: RequestInit = { method: "POST", headers: FORM, body, credentials: "same-origin" };
  // Who is let in is led to the page; this is the page.
  const answer = await fetch(address("sign-in"), { ...init, redirect: "manual" }).catch(() => {
    throw new Unreachable();
  });
  if (answer.type === "opaqueredirect" || answer.ok) return null;
  return reasonOf(answer);
}

function reasonOf({ status, headers }: Response): string {
  if (status === 401) return WRONG;
  if (status === 429) {
    return `Too many wrong ones came from this address: try again in ${headers.get("retry-after") ?? "30"} s.`;
  }
  return status === 403
    ? "This page may not be used to sign in: open it by itself."
    : `That failed (${status}).`;
}
