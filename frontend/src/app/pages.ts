/** The pages, in the order in which somebody looks for what is wrong. */

import { type ComponentType, lazy } from "react";

import { type FilterName, FILTERS } from "./filters";

export interface Page {
  readonly path: string;
  readonly name: string;
  readonly Body: ComponentType;
  /** Which filters of the address hold here; where one does not, the frame says so. */
  readonly filteredBy?: readonly FilterName[];
  /** Whether the filters hold for its charts, and for nothing else of it. */
  readonly isPartlyFiltered?: boolean;
  /** How far back it looks where the address does not say it; an hour if left out. */
  readonly range?: string;
}

export const PAGES: readonly Page[] = [
  {
    path: "/",
    name: "Overview",
    Body: lazy(() => import("../pages/overview/Overview")),
    isPartlyFiltered: true,
  },
  {
    path: "/endpoints",
    name: "Endpoints",
    Body: lazy(() => import("../pages/endpoints/Endpoints")),
    filteredBy: ["instance"],
  },
  { path: "/alerts", name: "Alerts", Body: lazy(() => import("../pages/alerts/Alerts")) },
  {
    path: "/analysis",
    name: "Analysis",
    range: "1d",
    Body: lazy(() => import("../pages/analysis/Analysis")),
  },
  { path: "/health", name: "Health", Body: lazy(() => import("../pages/health/Health")) },
  {
    path: "/system",
    name: "System",
    Body: lazy(() => import("../pages/system/System")),
    filteredBy: ["instance"],
  },
  { path: "/instances", name: "Instances", Body: lazy(() => import("../pages/instances/Instances")) },
  {
    path: "/dashboards",
    name: "Dashboards",
    Body: lazy(() => import("../pages/dashboards/Dashboards")),
    filteredBy: FILTERS,
  },
  {
    path: "/explore",
    name: "Explore",
    Body: lazy(() => import("../pages/explore/Explore")),
    filteredBy: FILTERS,
  },
];

/** Return the page of a path: the one with the longest path that it begins with. */
export function pageOf(path: string, pages: readonly Page[] = PAGES): Page | undefined {
  const fits = pages.filter(
    (page) => path === page.path || (page.path !== "/" && path.startsWith(`${page.path}/`)),
  );
  return fits.sort((one, other) => other.path.length - one.path.length)[0];
}
