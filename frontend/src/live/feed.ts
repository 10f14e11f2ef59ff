/** The stream of the server: opened, kept open, and told of. */

import { address } from "../api/client";
import type { StreamState } from "./connection";
import { type Topic, TOPICS } from "./topics";

export interface Listener {
  readonly heard: (topic: Topic, data: unknown) => void;
  /** Something was missed: everything may be another. */
  readonly missed: () => void;
  readonly became: (state: StreamState) => void;
}

const FIRST_WAIT_MS = 3000;
const LONGEST_WAIT_MS = 60_000;

/** One stream at a time; it comes back by itself. */
export class Feed {
  private source: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private waitMs = FIRST_WAIT_MS;
  private hasBeenOpen = false;
  private isAnother = false;

  constructor(private readonly listener: Listener) {}

  open(): void {
    this.listener.became("opening");
    this.isAnother = this.hasBeenOpen;
    const source = new EventSource(address("stream"));
    this.source = source;
    source.addEventListener("open", () => this.opened());
    source.addEventListener("error", () => this.failed());
    source.addEventListener("reset", () => this.listener.missed());
    for (const topic of TOPICS) {
      source.addEventListener(topic, (event: MessageEvent<string>) =>
        this.listener.heard(topic, JSON.parse(event.data)),
      );
    }
  }

  close(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
    this.listener.became("closed");
  }

  private opened(): void {
    this.waitMs = FIRST_WAIT_MS;
    this.listener.became("open");
    // A browser that comes back by itself is sent what it missed; another stream begins with what comes.
    if (this.isAnother) this.listener.missed();
    this.isAnother = false;
    this.hasBeenOpen = true;
  }

  /** A browser comes back by itself where the connection broke, and not where the server refused. */
  private failed(): void {
    this.listener.became("opening");
    if (this.source?.readyState !== EventSource.CLOSED) return;
    this.timer = setTimeout(() => this.open(), this.waitMs);
    this.waitMs = Math.min(2 * this.waitMs, LONGEST_WAIT_MS);
  }
}
