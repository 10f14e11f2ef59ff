/** Turns for what is to be drawn anew: many charts that get values at once are spread over frames. */

import { useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";

/** Of a frame's 16 ms, so that reading and scrolling stay smooth. */
const BUDGET_MS = 6;

type Go = () => void;

export class Turns {
  private readonly waiting = new Set<Go>();
  private isAsked = false;

  constructor(
    private readonly nextFrame: (run: () => void) => unknown = (run) => requestAnimationFrame(run),
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  add(go: Go): void {
    this.waiting.add(go);
    if (this.isAsked) return;
    this.isAsked = true;
    this.nextFrame(() => this.run());
  }

  remove(go: Go): void {
    this.waiting.delete(go);
  }

  private run(): void {
    this.isAsked = false;
    const untilMs = this.nowMs() + BUDGET_MS;
    for (const go of [...this.waiting]) {
      this.waiting.delete(go);
      go();
      if (this.nowMs() >= untilMs) break;
    }
    const [next] = this.waiting;
    if (next !== undefined) this.add(next);
  }
}

const turns = new Turns();

/** Return a value as it was when it last had its turn; the first one is shown at once. */
export function useTurn<Value>(value: Value | undefined): Value | undefined {
  const [shown, setShown] = useState(value);
  const isFirst = shown === undefined;
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
    // All of it within the turn, so that what it takes is counted.
    const go = () => flushSync(() => setShown(latest.current));
    turns.add(go);
    return () => turns.remove(go);
  }, [value]);
  return isFirst ? value : shown;
}
