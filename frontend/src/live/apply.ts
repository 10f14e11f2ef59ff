/** What events do to the answers that are shown: changed at once where they say how, asked anew where not. */

import type { Query, QueryClient } from "@tanstack/react-query";

import type { Parameters } from "../api/client";
import type { Alerts, Dashboard } from "../api/types";
import { type AlertEvent, listWith, overviewWith } from "./reducer";
import { Throttle } from "./throttle";
import { isChanged, type Topic } from "./topics";

/**
 * How long the first change waits for others, and how far questions are apart: new samples come every few
 * seconds, and lists of alerts may be asked 30 times a minute by all pages of a reader together.
 *
 * The overview is made once a second by the server: asked sooner than that it would not know of the change.
 */
const PACES: Readonly<Record<Topic, readonly [delayMs: number, gapMs: number]>> = {
  metrics: [300, 5000],
  alerts: [1200, 10_000],
  health: [300, 3000],
};

export interface Applied {
  readonly heard: (topic: Topic, data: unknown) => void;
  readonly missed: () => void;
  /** Changes are heard of from now on: those between the first answers and now are asked for. */
  readonly opened: () => void;
  readonly end: () => void;
}

export function applyTo(client: QueryClient): Applied {
  const throttleOf = (topic: Topic) =>
    new Throttle(() => void client.invalidateQueries({ predicate: isOld(topic) }), ...PACES[topic]);
  const throttles: Readonly<Record<Topic, Throttle>> = {
    metrics: throttleOf("metrics"),
    alerts: throttleOf("alerts"),
    health: throttleOf("health"),
  };
  return {
    heard: (topic, data) => {
      if (topic === "alerts") showAlert(client, data as AlertEvent);
      throttles[topic].ask();
    },
    missed: () => void client.invalidateQueries(),
    opened: () => throttles.alerts.ask(),
    end: () => Object.values(throttles).forEach((throttle) => throttle.end()),
  };
}

/** Which answers a topic makes old; those about a time that is over stay as they are. */
function isOld(topic: Topic): (query: Query) => boolean {
  return ({ queryKey, options }) =>
    isChanged(pathOf(queryKey), topic) &&
    (options as { refetchInterval?: unknown }).refetchInterval !== false;
}

function showAlert(client: QueryClient, event: AlertEvent): void {
  for (const query of client.getQueryCache().getAll()) {
    const [path, parameters] = query.queryKey;
    if (query.state.data === undefined) continue;
    if (path === "alerts") {
      client.setQueryData<Alerts>(query.queryKey, (list) => list && listWith(list, event, asked(parameters)));
    } else if (path === "dashboard") {
      client.setQueryData<Dashboard>(query.queryKey, (found) => found && overviewWith(found, event));
    }
  }
}

function asked(parameters: unknown): Parameters {
  return (parameters ?? {}) as Parameters;
}

function pathOf([path]: readonly unknown[]): string {
  return typeof path === "string" ? path : "";
}
