/** How often questions are asked again: as the reader chose, as the server can take, or as it tells of changes. */

import { stream } from "../live/connection";
import { isPushed } from "../live/topics";
import { parseDuration } from "../time/range";
import { parsePlace, usePlace } from "./location";
import { useStore } from "./store";

/** `live` is each page's own pace, and sooner where the server tells of a change. */
export const REFRESHES = ["live", "5s", "15s", "1m", "off"] as const;
export type Refresh = (typeof REFRESHES)[number];

/** What asks seldom has a reason: it changes seldom, or takes long to be worked out. */
const SELDOM_MS = 30_000;
/** Where the server tells of changes, asking is for what it might not have told. */
const PUSHED_MS = 30_000;
/** The lists of alerts may be asked 30 times a minute by all pages of a reader together. */
const LEAST_MS: Readonly<Record<string, number>> = { alerts: 10_000, health: 2000, dashboard: 2500 };

export function refreshOf(parameters: URLSearchParams): Refresh {
  const said = parameters.get("refresh");
  return REFRESHES.find((refresh) => refresh === said) ?? "live";
}

export interface Pace {
  /** What is asked; its first part tells what limits it has. */
  readonly path: string;
  /** How often the page would ask; `false` for never again. */
  readonly refreshMs: number | false;
  readonly refresh: Refresh;
  /** Whether the server tells of changes at present. */
  readonly isStreaming: boolean;
}

/** Return after how long to ask again; `false` for never. */
export function paceOf({ path, refreshMs, refresh, isStreaming }: Pace): number | false {
  if (refreshMs === false || refresh === "off") return false;
  const leastMs = LEAST_MS[path.split("/")[0] ?? ""] ?? 0;
  if (refresh !== "live") {
    const chosenMs = parseDuration(refresh) ?? refreshMs;
    return Math.max(refreshMs >= SELDOM_MS ? Math.max(refreshMs, chosenMs) : chosenMs, leastMs);
  }
  return Math.max(refreshMs, isStreaming && isPushed(path) ? PUSHED_MS : leastMs);
}

export function usePace(path: string, refreshMs: number | false): number | false {
  const { parameters } = usePlace();
  const isStreaming = useStore(stream) === "open";
  return paceOf({ path, refreshMs, refresh: refreshOf(parameters), isStreaming });
}

export function isPaused(): boolean {
  return refreshOf(parsePlace(window.location.hash).parameters) === "off";
}
