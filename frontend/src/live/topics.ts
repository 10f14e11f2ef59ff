/** Which answers an event makes old. */

export const TOPICS = ["metrics", "alerts", "health"] as const;
export type Topic = (typeof TOPICS)[number];

/** By the first part of the path that was asked. */
const CHANGED: Readonly<Record<Topic, ReadonlySet<string>>> = {
  metrics: new Set(["dashboard", "endpoints", "system", "performance", "series", "metrics"]),
  alerts: new Set(["dashboard", "alerts", "silences"]),
  health: new Set(["dashboard", "health", "instances"]),
};

export function isChanged(path: string, topic: Topic): boolean {
  return CHANGED[topic].has(firstOf(path));
}

/** Whether any event tells that this changed. */
export function isPushed(path: string): boolean {
  return TOPICS.some((topic) => isChanged(path, topic));
}

function firstOf(path: string): string {
  return path.split("/")[0] ?? "";
}
