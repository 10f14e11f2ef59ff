/** Whether the server answers, since when it does not, and whether it knows who asks. */

import { address, type Outcome } from "../api/client";
import { makeStore } from "../app/store";

export interface Connection {
  readonly isLost: boolean;
  /** When it was heard of last. */
  readonly heardMs: number;
}

export type StreamState = "closed" | "opening" | "open";

export const connection = makeStore<Connection>({ isLost: false, heardMs: Date.now() });
export const stream = makeStore<StreamState>("closed");
/** Whether the server asks who this is. */
export const stranger = makeStore(false);

const PROBE_MS = 2000;
const PATIENCE_MS = 5000;

let heardMs = Date.now();
let isProbing = false;

/** Take in what became of a request. */
export function note(outcome: Outcome): void {
  if (outcome === "silence") {
    void probe();
    return;
  }
  heardMs = Date.now();
  if (outcome === "stranger") stranger.set(true);
  if (connection.get().isLost) connection.set({ isLost: false, heardMs });
}

/** One question without an answer may be chance: ask whether the server lives, until it says so. */
async function probe(): Promise<void> {
  if (isProbing) return;
  isProbing = true;
  while (!(await isAlive())) {
    if (!connection.get().isLost) connection.set({ isLost: true, heardMs });
    await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
  }
  isProbing = false;
  note("heard");
}

async function isAlive(): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    return (await fetch(address("health/live"), { signal, cache: "no-store" })).ok;
  } catch {
    return false;
  }
}
