/** Turns for what is to be drawn: many charts that come, or get values, at once are spread over frames. */

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

/** The turns of all charts of the page. */
export const turns = new Turns();
