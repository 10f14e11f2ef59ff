import { describe, expect, it } from "vitest";

import { filtered } from "./promql";

const M = 'instance="a"';

describe("an expression with further matchers", () => {
  it.each([
    ["up", `up{${M}}`],
    ['up{job="shop"}', `up{job="shop",${M}}`],
    ['up{job="shop",} == 0', `up{job="shop",${M}} == 0`],
    ["up{}", `up{${M}}`],
    ['{__name__=~"a.*"}', `{__name__=~"a.*",${M}}`],
    ["rate(a_total[5m])", `rate(a_total{${M}}[5m])`],
    ['rate(a_total{x="}"}[5m:1m] offset 1h)', `rate(a_total{x="}",${M}}[5m:1m] offset 1h)`],
    ["sum by (le, http_route) (rate(a[5m]))", `sum by (le, http_route) (rate(a{${M}}[5m]))`],
    ["sum(rate(a[5m])) by (le)", `sum(rate(a{${M}}[5m])) by (le)`],
    ["sum", `sum{${M}}`],
    [
      "a / on (job) group_left (host_name) target_info",
      `a{${M}} / on (job) group_left (host_name) target_info{${M}}`,
    ],
    ["a > bool 1e3 and b or c unless inf", `a{${M}} > bool 1e3 and b{${M}} or c{${M}} unless inf`],
    ["job:errors:rate5m # a comment", `job:errors:rate5m{${M}} # a comment`],
    ["histogram_quantile(0.95, a_bucket)", `histogram_quantile(0.95, a_bucket{${M}})`],
    ['label_replace(a, "x", "$1", "y", "(b)")', `label_replace(a{${M}}, "x", "$1", "y", "(b)")`],
    ["a @ start()", `a{${M}} @ start()`],
    ["vector(1)", "vector(1)"],
    ["5m", "5m"],
  ])("%s", (expression, expected) => {
    expect(filtered(expression, M)).toBe(expected);
  });

  it("is as it was without any", () => {
    expect(filtered("sum(up)", "")).toBe("sum(up)");
  });

  it("stays as wrong as it was", () => {
    expect(filtered('up{job="shop"', M)).toBe('up{job="shop"');
  });
});
