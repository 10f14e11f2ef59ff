/** The time of day for what is told as "so long ago": one clock for the whole page, which stops out of sight. */

import { useSyncExternalStore } from "react";

const STEP_MS = 5000;

let nowMs = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function step(): void {
  if (document.hidden) return;
  nowMs = Date.now();
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    nowMs = Date.now();
    timer = setInterval(step, STEP_MS);
    document.addEventListener("visibilitychange", step);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    document.removeEventListener("visibilitychange", step);
  };
}

/** Return the time in Unix milliseconds; it moves on every few seconds. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => nowMs);
}
