import { describe, expect, it } from "vitest";

import { kindOf, promqlOf, type Wanted, waysOf } from "./builder";

const REQUESTS: Wanted = {
  metric: "http_server_request_duration_seconds",
  kind: "histogram",
  way: "p95",
  where: [],
  by: ["http_route"],
  window: "5m",
};
const ORDERS: Wanted = {
  metric: "orders_total",
  kind: "counter",
  way: "rate",
  where: [],
  by: [],
  window: "1m",
};

describe("the builder", () => {
  it("asks for percentiles of buckets, kept apart by their limits", () => {
    expect(promqlOf(REQUESTS)).toBe(
      "histogram_quantile(0.95, sum by (le, http_route) (rate(http_server_request_duration_seconds_bucket[5m])))",
    );
  });

  it("divides sums by counts for a mean", () => {
    expect(promqlOf({ ...REQUESTS, way: "mean", by: [] })).toBe(
      "sum (rate(http_server_request_duration_seconds_sum[5m])) / " +
        "sum (rate(http_server_request_duration_seconds_count[5m]))",
    );
  });

  it("takes the rate of each series before the sum", () => {
    expect(promqlOf(ORDERS)).toBe("sum (rate(orders_total[1m]))");
    expect(promqlOf({ ...ORDERS, way: "value", by: ["shop"] })).toBe("sum by (shop) (orders_total)");
  });

  it("writes what people type so that it stays a text", () => {
    const where = [
      { label: "shop", operator: "=", value: 'a"b\\c' },
      { label: "city", operator: "!~", value: "x.*" },
      { label: "", operator: "=", value: "left out" },
    ] as const;
    expect(promqlOf({ ...ORDERS, where })).toBe(
      'sum (rate(orders_total{shop="a\\"b\\\\c", city!~"x.*"}[1m]))',
    );
  });

  it("has ways for each kind", () => {
    expect(promqlOf({ ...ORDERS, metric: "waiting", kind: "gauge", way: "max" })).toBe("max (waiting)");
    expect(waysOf("histogram").map((way) => way.id)).toContain("p99");
  });
});

describe("the kind of a metric", () => {
  it("is what its metadata say, else what its name says", () => {
    expect(kindOf("orders", "counter")).toBe("counter");
    expect(kindOf("orders_total", undefined)).toBe("counter");
    expect(kindOf("waiting", "unknown")).toBe("gauge");
  });
});
