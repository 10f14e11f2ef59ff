import { describe, expect, it } from "vitest";

import { burningOf, monthsUpTo, ratesQuery, targetText, timesText } from "./burn";

const LEVEL = { urgency: "page", shortSeconds: 300, longSeconds: 3600, factor: 14.4 };

function rate(window: string, value: string) {
  return { metric: { __name__: `slo:sli_error:ratio_rate${window}` }, value };
}

describe("a level of the alerts", () => {
  const slo = { levels: [LEVEL], target: 0.99 };

  it("is reached where both windows are too fast", () => {
    const [found] = burningOf(slo, [rate("5m", "0.5"), rate("1h", "0.2")]);

    expect(found).toMatchObject({ isTooFast: true });
    expect(found?.short).toBeCloseTo(50);
    expect(found?.long).toBeCloseTo(20);
  });

  it("is not reached where the short one has calmed down", () => {
    expect(burningOf(slo, [rate("5m", "0"), rate("1h", "0.2")])[0]?.isTooFast).toBe(false);
  });

  it("knows nothing where nothing is recorded", () => {
    expect(burningOf(slo, [rate("5m", "NaN")])[0]).toMatchObject({
      short: null,
      long: null,
      isTooFast: false,
    });
  });
});

it("asks for one service level by its name", () => {
  expect(ratesQuery('a"b')).toContain('slo="a\\"b"');
});

it.each([
  [0.999, "99.9%"],
  [0.9995, "99.95%"],
  [0.99, "99%"],
])("a target of %d is %s", (target, text) => {
  expect(targetText(target)).toBe(text);
});

it.each([
  [null, "–"],
  [0.4242, "0.424×"],
  [14.4, "14.4×"],
  [6, "6×"],
])("a rate of %s is %s", (value, text) => {
  expect(timesText(value)).toBe(text);
});

it("counts months back over the end of a year", () => {
  expect(monthsUpTo(Date.UTC(2026, 0, 31), 3)).toEqual(["2026-01", "2025-12", "2025-11"]);
});
