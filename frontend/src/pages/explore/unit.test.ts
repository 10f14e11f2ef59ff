import { describe, expect, it } from "vitest";

import { unitOf } from "./unit";

describe("the unit of an expression", () => {
  it.each([
    ["process_memory_usage_bytes", "By"],
    ["sum by (host) (rate(system_network_io_bytes_total[5m]))", "By/s"],
    ["sum(rate(http_server_request_duration_seconds_count[5m]))", "/s"],
    ["rate(process_cpu_time_seconds_total[1m])", "1"],
    ["histogram_quantile(0.95, sum by (le) (rate(http_server_request_duration_seconds_bucket[5m])))", "s"],
    ["rate(a_seconds_sum[5m]) / rate(a_seconds_count[5m])", "s"],
    ["sum(rate(a_total[5m])) / sum(rate(b_total[5m]))", ""],
    ["increase(orders_total[1h])", ""],
    ["a_seconds + b_bytes", ""],
    ['avg(system_cpu_utilization_ratio{cpu_mode="x_seconds"})', "1"],
    ["up", ""],
    ["", ""],
  ])("is told by its names: %s", (query, unit) => {
    expect(unitOf(query)).toBe(unit);
  });
});
