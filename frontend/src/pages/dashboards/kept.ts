/** What is arranged and not saved yet, kept by this tab: nobody loses it who looks at another page meanwhile. */

import type { Draft } from "./types";

const PREFIX = "otel-monitoring.arranged.";

export interface Kept {
  readonly draft: Draft;
  /** Of the dashboard that it was made from. */
  readonly version: number;
}

export function keptOf(id: string): Kept | null {
  try {
    const text = sessionStorage.getItem(PREFIX + id);
    return text === null ? null : (JSON.parse(text) as Kept);
  } catch {
    return null; // the browser keeps nothing for this page
  }
}

export function keep(id: string, kept: Kept): void {
  try {
    sessionStorage.setItem(PREFIX + id, JSON.stringify(kept));
  } catch {
    // It holds for as long as the page is open.
  }
}

export function forget(id: string): void {
  try {
    sessionStorage.removeItem(PREFIX + id);
  } catch {
    // There is nothing to forget.
  }
}
