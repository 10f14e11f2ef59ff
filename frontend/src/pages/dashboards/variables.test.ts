import { describe, expect, it } from "vitest";

import { filledIn, padded } from "./variables";

const HOUR = { sinceMs: 0, untilMs: 3_600_000 };

describe("an expression with variables", () => {
  it("gets a window of a rate that fits the steps", () => {
    expect(filledIn("rate(a[$__rate_interval])", HOUR, 15)).toBe("rate(a[1m])");
    expect(filledIn("rate(a[${__rate_interval}])", HOUR, 3600)).toBe("rate(a[4h])");
  });

  it("gets the step and the whole range", () => {
    expect(filledIn("increase(a[$__range]) / b[$__interval]", HOUR, 30)).toBe("increase(a[1h]) / b[30s]");
  });

  it("is read as PromQL at the same places", () => {
    expect(padded("rate(a[$__rate_interval]) / ${__range} $other")).toBe(
      "rate(a[000000000000001m]) / 000000001m $other",
    );
  });

  it("keeps what is no variable", () => {
    const expr = 'label_replace(a, "x", "$1", "y", "(b)$")';
    expect(filledIn(expr, HOUR, 15)).toBe(expr);
  });
});
