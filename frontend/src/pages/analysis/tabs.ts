/** The parts of the analysis, in the order in which somebody asks: what, why, where to, what to do. */

import { decoded } from "../../app/location";

export const BASE = "/analysis";

export const TABS = [
  { name: "anomalies", title: "Anomalies" },
  { name: "causes", title: "Causes" },
  { name: "trends", title: "Trends" },
  { name: "forecasts", title: "Forecasts" },
  { name: "releases", title: "Releases" },
  { name: "insights", title: "Insights" },
  { name: "slos", title: "Service levels" },
  { name: "reports", title: "Reports" },
] as const;

export type Tab = (typeof TABS)[number]["name"];

export interface Chosen {
  readonly tab: Tab;
  /** What stands behind the tab in the path, decoded: which one of them. */
  readonly rest: readonly string[];
}

/** Read a path below the analysis; what is none of its parts is the first. */
export function chosenOf(path: string): Chosen {
  const [name, ...rest] = path.slice(BASE.length).split("/").filter(Boolean);
  const tab = TABS.find((one) => one.name === name)?.name ?? TABS[0].name;
  return { tab, rest: rest.map(decoded) };
}

export function pathTo(tab: Tab, ...rest: readonly string[]): string {
  return [BASE, tab, ...rest.map(encodeURIComponent)].join("/");
}
