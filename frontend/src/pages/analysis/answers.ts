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
export type Slos = Schemas["SlosBody"];
export type SloStanding = Schemas["SloStandingBody"];
export type Slo = Schemas["DetailBody"];
export type Breach = Schemas["IncidentBody"];
export type Month = Schemas["MonthBody"];
export type Reports = Schemas["ReportsBody"];
export type KeptReport = Schemas["KeptBody"];
export type Report = Schemas["ReportBody"];
export type ReportSection = Schemas["ReportSectionBody"];
export type ReportFigure = Schemas["ReportFigureBody"];
export type ReportTable = Schemas["ReportTableBody"];
export type ReportChart = Schemas["ReportChartBody"];
export type Sent = Schemas["SentBody"];

/** Return a number of an answer, where the infinities and NaN are texts. */
export function numberOf(value: number | string): number | null {
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
