/** Names for what the API answers; the types themselves are generated from its document. */

import type { components } from "./schema.gen";

type Schemas = components["schemas"];

export type Alert = Schemas["AlertBody"];
export type Alerts = Schemas["AlertsBody"];
export type Anomaly = Schemas["AnomalyBody"];
export type Dashboard = Schemas["DashboardBody"];
export type Episode = Schemas["EpisodeBody"];
export type Episodes = Schemas["HistoryBody"];
export type Endpoint = Schemas["EndpointBody"];
export type Endpoints = Schemas["EndpointsBody"];
export type Check = Schemas["CheckBody"];
export type HealthHistory = Schemas["HealthHistoryBody"];
export type HealthReport = Schemas["HealthBody"];
export type CheckResult = Schemas["ResultBody"];
export type Instance = Schemas["InstanceBody"];
export type Instances = Schemas["InstancesBody"];
export type Status = Schemas["StatusBody"];
export type System = Schemas["SystemBody"];
export type Insight = Schemas["InsightBody"];
export type Latency = Schemas["LatencyBody"];
export type OneEndpoint = Schemas["OneEndpointBody"];
export type Points = Schemas["PointsBody"];
export type Release = Schemas["ReleaseBody"];
export type Releases = Schemas["ReleasesBody"];
export type Session = Schemas["SessionBody"];
export type Worst = Schemas["WorstOneBody"];

/** A part of the overview: what it says, or why it says nothing. */
export interface Part<Data> {
  readonly state: "ok" | "empty" | "failed";
  readonly note: string;
  readonly data: Data | null;
}
export type PartOf<Name extends keyof Dashboard> =
  Dashboard[Name] extends Part<infer Data> ? NonNullable<Data> : never;
