import { describe, expect, it } from "vitest";

import type { TrendWindow } from "../answers";
import { changeText, lineOf, paceText, weightOf } from "./pace";

const DAY_S = 86_400;

function trend(days: number, more: Partial<TrendWindow> = {}): TrendWindow {
  const time = (atS: number) => new Date(atS * 1000).toISOString();
  return {
    start: time(0),
    end: time(days * DAY_S),
    direction: "rising",
    slope: 0.012 / DAY_S,
    slopeLow: 0.008 / DAY_S,
    slopeHigh: 0.016 / DAY_S,
    startValue: 0.1,
    endValue: 0.184,
    changePercent: 84,
    seasonal: false,
    ...more,
  } as TrendWindow;
}

describe("a pace", () => {
  it("is told by the day over a week", () => {
    expect(paceText(trend(7), "s")).toBe("+12 ms a day (8 ms to 16 ms)");
  });

  it("is told by the week over a month", () => {
    expect(paceText(trend(30, { slopeLow: null }), "s")).toBe("+84 ms a week");
  });

  it("is told by the minute within an hour", () => {
    expect(paceText(trend(1 / 48, { slope: -1 / 60, slopeLow: null }), "By")).toBe("-1 B a minute");
  });

  it("is nothing where nothing is known", () => {
    expect(paceText(trend(7, { slope: null }), "s")).toBe("");
  });
});

it("says from where to where it went", () => {
  expect(changeText(trend(7), "s")).toBe("100 ms → 184 ms (+84%)");
});

it("draws a line within its window alone", () => {
  const line = lineOf(trend(1, { startValue: 1, endValue: 3 }), [-1, 0, DAY_S / 2, DAY_S, DAY_S + 1]);

  expect(line).toEqual([null, 1, 2, 3, null]);
});

describe("the order", () => {
  it("puts in front what moves most", () => {
    expect(weightOf(trend(1, { changePercent: -90 }))).toBeGreaterThan(weightOf(trend(1)));
  });

  it("puts behind what other days do as well", () => {
    expect(weightOf(trend(1, { seasonal: true }))).toBe(-1);
  });
});
