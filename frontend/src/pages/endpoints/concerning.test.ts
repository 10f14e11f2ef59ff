import { describe, expect, it } from "vitest";

import { concerns } from "./concerning";

const ENDPOINT = { method: "POST", route: "/orders" };

describe("what is about an endpoint", () => {
  it.each([
    { labels: { http_route: "/orders" }, expr: "" },
    { labels: { http_route: "/orders", http_request_method: "POST" }, expr: "" },
    { labels: {}, expr: 'rate(a{http_route="/orders", http_request_method="POST"}[5m]) > 1' },
  ])("names it by a label or in its expression: %o", (about) => {
    expect(concerns(about, ENDPOINT)).toBe(true);
  });

  it.each([
    { labels: {}, expr: "rate(a[5m]) > 1" },
    { labels: { http_route: "/orders/{id}" }, expr: "" },
    { labels: { http_route: "/orders", http_request_method: "GET" }, expr: "" },
    { labels: {}, expr: 'a{http_route!="/orders"}' },
  ])("is not what names another one, or none: %o", (about) => {
    expect(concerns(about, ENDPOINT)).toBe(false);
  });
});
