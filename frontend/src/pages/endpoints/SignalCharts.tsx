/** The golden signals of some requests, each as a chart: how many, how many of them fail, how long they take. */

import { usePeriod } from "../../app/period";
import { SeriesChart } from "../../charts/SeriesChart";
import { lookbackOf } from "../../time/lookback";
import { byClass, failing, latency, type Which } from "./signals";

const CLASS_ROLES = { "2xx": "series-1", "3xx": "series-5", "4xx": "series-2", "5xx": "bad" };
const QUANTILE_ROLES = { p50: "series-1", p95: "series-2", p99: "series-4" };

interface SignalChartProps {
  readonly which: Which;
  /** Whose requests these are; all, unless it is said. */
  readonly name?: string;
  readonly height?: number;
  /** Whether the filters of the address hold beside `which`, where they are not among these matchers already. */
  readonly isFiltered?: boolean;
}

export function RequestsChart(props: SignalChartProps) {
  return (
    <SeriesChart
      {...useShared(props, byClass)}
      label={`Requests a minute${ofText(props)}, by status`}
      unit=""
      roles={CLASS_ROLES}
    />
  );
}

export function FailedChart(props: SignalChartProps) {
  return (
    <SeriesChart
      {...useShared(props, failing)}
      label={`Share of requests${ofText(props)} that failed`}
      nameOf={() => "failed"}
      unit="1"
      roles={{ failed: "bad" }}
    />
  );
}

export function LatencyChart(props: SignalChartProps) {
  return (
    <SeriesChart
      {...useShared(props, latency)}
      label={`Latency${ofText(props)}: what 50, 95 and 99 of 100 requests stay within`}
      unit="s"
      roles={QUANTILE_ROLES}
    />
  );
}

function useShared(
  { which, height, isFiltered = false }: SignalChartProps,
  queryOf: (which: Which, lookback: string) => string,
) {
  const lookback = lookbackOf(usePeriod().range);
  return {
    query: queryOf(which, lookback),
    isFiltered,
    ...(height === undefined ? {} : { height }),
  };
}

function ofText({ name }: SignalChartProps): string {
  return name === undefined ? "" : ` of ${name}`;
}
