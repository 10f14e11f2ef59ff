import { describe, expect, it } from "vitest";

import { byClass, failing, heat, latency, perMinute, quantile, whichOf } from "./signals";

describe("the golden signals", () => {
  it("are of one endpoint, whatever it is called", () => {
    expect(whichOf({ method: "GET", route: '/a"b' })).toBe('http_request_method="GET", http_route="/a\\"b"');
  });

  it("count requests a minute", () => {
    expect(perMinute("", "1m")).toBe("60 * sum(rate(http_server_request_duration_seconds_count[1m]))");
    expect(byClass('a="b"', "1m")).toContain('{a="b", http_response_status_code=~"5.."}');
  });

  it("know no failures where there is no series of them", () => {
    expect(failing("", "1m")).toBe(
      '(sum(rate(http_server_request_duration_seconds_count{http_response_status_code=~"5.."}[1m])) or ' +
        "0 * sum(rate(http_server_request_duration_seconds_count[1m]))) / " +
        "sum(rate(http_server_request_duration_seconds_count[1m]))",
    );
  });

  it("keep the limits of buckets apart for percentiles", () => {
    expect(quantile(0.95, "", "5m", "http_route")).toBe(
      "histogram_quantile(0.95, sum by (le, http_route) (rate(http_server_request_duration_seconds_bucket[5m])))",
    );
    expect(latency("", "1m").match(/histogram_quantile/g)).toHaveLength(3);
    expect(heat("", "60s")).toBe("sum by (le) (increase(http_server_request_duration_seconds_bucket[60s]))");
  });
});
