/** Many changes, few questions: what is asked for again and again is done soon, and then not too soon again. */

export class Throttle {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ranMs = -Infinity;

  /**
   * @param delayMs how long the first change waits for others.
   * @param gapMs how far two runs are apart at least.
   */
  constructor(
    private readonly run: () => void,
    private readonly delayMs: number,
    private readonly gapMs: number,
  ) {}

  /** Run soon; once however often it is asked for until then. */
  ask(): void {
    if (this.timer !== undefined) return;
    const waitMs = Math.max(this.delayMs, this.ranMs + this.gapMs - Date.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.ranMs = Date.now();
      this.run();
    }, waitMs);
  }

  end(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
