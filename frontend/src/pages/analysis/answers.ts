/** Names for what the routes of the analysis answer. */

import type { components } from "../../api/schema.gen";

type Schemas = components["schemas"];

export type Anomalies = Schemas["AnomaliesBody"];
export type Anomaly = Schemas["AnomalyBody"];
export type Search = Schemas["SearchBody"];
export type Movements = Schemas["MovementsBody"];
export type Movement = Schemas["MovementBody"];
export type Relations = Schemas["RelationsBody"];
export type Trends = Schemas["TrendsBody"];
export type Looked = Schemas["LookedBody"];
export type TrendWindow = Schemas["WindowBody"];
export type Capacity = Schemas["CapacityBody"];
export type LimitStanding = Schemas["LimitStandingBody"];
export type Forecast = Schemas["ForecastBody"];
export type Continued = Schemas["ContinuedBody"];
export type Insight = Schemas["InsightBody"];
export type Insights = Schemas["InsightsBody"];
export type Recommendation = Schemas["RecommendationBody"];
export type Recommendations = Schemas["RecommendationsBody"];
export type Comparison = Schemas["ComparisonBody"];
export type ReleaseChange = Schemas["ReleaseChangeBody"];
export type Sent = Schemas["SentBody"];

/** The document leaves times of service levels and reports open: they are RFC 3339. */
type Timed<Body, Name extends keyof Body> = Omit<Body, Name> & Readonly<Record<Name, string>>;

export type SloStanding = Timed<Schemas["SloStandingBody"], "start" | "end">;
export interface Slos {
  readonly slos: readonly SloStanding[];
}
export type BudgetPoint = Timed<Schemas["BudgetPointBody"], "time">;
export type Slo = Omit<Timed<Schemas["DetailBody"], "start" | "end">, "burnDown"> & {
  readonly burnDown: readonly BudgetPoint[];
};
export type Breach = Timed<Schemas["IncidentBody"], "start" | "end">;
export type Month = Omit<Timed<Schemas["MonthBody"], "start" | "end">, "incidents"> & {
  readonly incidents: readonly Breach[];
};
export type KeptReport = Timed<Schemas["KeptBody"], "start" | "end" | "generatedAt">;

/** Return a number of an answer, where the infinities and NaN are texts. */
export function numberOf(value: number | string): number | null {
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
