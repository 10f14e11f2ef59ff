import { describe, expect, it } from "vitest";

import { SECTIONS } from "./charts";

const OWN = 'instance="a"';
const CHARTS = SECTIONS.flatMap((section) => section.charts);

describe("the charts of the system", () => {
  it.each(CHARTS.map((chart) => [chart.title, chart.query(OWN, "1m")]))(
    "ask for one process alone: %s",
    (_, query) => {
      const selectors = query.match(/\{[^}]*\}/g) ?? [];
      expect(selectors.length).toBeGreaterThan(0);
      expect(selectors.filter((selector) => !selector.includes(OWN))).toEqual([]);
    },
  );

  it("have titles of their own", () => {
    expect(new Set(CHARTS.map((chart) => chart.title)).size).toBe(CHARTS.length);
  });
});
