/** Dashboards that people arrange, as the API tells of them. */

import type { components } from "../../api/schema.gen";
import { inOrder } from "./layout";

type Schemas = components["schemas"];

export type Dashboard = Schemas["OwnDashboardBody"];
export type Dashboards = Schemas["OwnDashboardsBody"];
export type Summary = Schemas["OwnDashboardSummary"];
export type Imported = Schemas["OwnDashboardImported"];
export type Place = Schemas["PanelPlace"];
export type Asked = Schemas["PanelQuery"];
export type Kind = Schemas["PanelBody"]["kind"];

/** A panel as the page has it: whatever the API may leave out is there. */
export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly kind: Kind;
  readonly queries: readonly Asked[];
  readonly unit: string;
  readonly threshold: number | null;
  readonly place: Place;
}

/** What somebody has of a dashboard while they change it. */
export interface Draft {
  readonly title: string;
  readonly description: string;
  readonly panels: readonly Panel[];
}

export function panelsOf(dashboard: Dashboard): readonly Panel[] {
  return dashboard.panels.map(({ id, title, kind, queries, unit, threshold, place }) => ({
    id: id ?? newId(),
    title,
    kind,
    queries,
    unit,
    threshold: threshold ?? null,
    place,
  }));
}

/** A draft of it: its panels as they are read, so that keys lead from one to the next. */
export function draftOf(dashboard: Dashboard): Draft {
  const { title, description } = dashboard;
  return { title, description, panels: inOrder(panelsOf(dashboard)) };
}

/** What a new one begins with; it is made when it is saved. */
export const EMPTY: Draft = { title: "New dashboard", description: "", panels: [] };

export function newId(): string {
  return Math.random().toString(16).slice(2, 10).padEnd(8, "0");
}
