import { describe, expect, it } from "vitest";

import type { Anomaly } from "../answers";
import { gradeOf, rarityText } from "./grades";
import { incidentsOf, lanesOf, placeOn, ticksOf } from "./lanes";

const MINUTE_MS = 60_000;

function anomaly(metric: string, fromMinute: number, toMinute: number | null, score = 0.6): Anomaly {
  const time = (minute: number) => new Date(minute * MINUTE_MS).toISOString();
  const until = toMinute === null ? null : time(toMinute);
  return { metric, labels: {}, since: time(fromMinute), until, score } as unknown as Anomaly;
}

describe("lanes", () => {
  it("hold all of one series", () => {
    const lanes = lanesOf([anomaly("a", 0, 5), anomaly("b", 0, 5), anomaly("a", 50, 60)]);

    expect(lanes.map(({ name, anomalies }) => [name, anomalies.length])).toEqual([
      ["a", 2],
      ["b", 1],
    ]);
  });

  it("begin with what lasts, then with the strangest", () => {
    const lanes = lanesOf([anomaly("a", 0, 5, 0.9), anomaly("b", 0, 5, 0.95), anomaly("c", 0, null, 0.5)]);

    expect(lanes.map(({ name }) => name)).toEqual(["c", "b", "a"]);
  });
});

describe("an incident", () => {
  it("holds what began while others lasted or soon after", () => {
    const found = incidentsOf([anomaly("c", 200, 210), anomaly("b", 20, 40), anomaly("a", 0, 10)]);

    expect(found.map(({ anomalies }) => anomalies.map(({ metric }) => metric))).toEqual([["c"], ["a", "b"]]);
    expect(found[1]).toMatchObject({ sinceMs: 0, untilMs: 40 * MINUTE_MS });
  });

  it("ends with the last of it, not with the one that began last", () => {
    expect(incidentsOf([anomaly("a", 0, 90), anomaly("b", 10, 20)])[0]?.untilMs).toBe(90 * MINUTE_MS);
  });

  it("has no end while some of it lasts", () => {
    expect(incidentsOf([anomaly("a", 0, null), anomaly("b", 5, 6)])[0]?.untilMs).toBeNull();
  });
});

describe("a stretch on a span", () => {
  const span = { sinceMs: 1000, untilMs: 2000 };

  it("lies where its share of the time is", () => {
    expect(placeOn(span, 1250, 1500)).toEqual({ left: 25, width: 25 });
  });

  it("is cut where the span ends", () => {
    expect(placeOn(span, 0, 9000)).toEqual({ left: 0, width: 100 });
  });

  it("goes on to the end while it lasts", () => {
    expect(placeOn(span, 1500, null)).toEqual({ left: 50, width: 50 });
  });
});

describe("ticks", () => {
  it("are round in the hours of the reader", () => {
    const day = { sinceMs: 1 * 3_600_000, untilMs: 25 * 3_600_000 };

    const ticks = ticksOf(day, 6, 3_600_000);

    expect(ticks.map((atMs) => atMs / 3_600_000)).toEqual([5, 11, 17, 23]);
  });
});

it.each([
  [0.5, "slight"],
  [0.7, "clear"],
  [0.95, "strong"],
])("a score of %d is %s", (score, name) => {
  expect(gradeOf(score).name).toBe(name);
});

it.each([
  [0.2, "once in 1 h"],
  [60, "once in 3 d"],
  [1e7, "less than once a year"],
])("what comes up once in %d hours is seen %s", (hours, text) => {
  expect(rarityText(hours)).toBe(text);
});
