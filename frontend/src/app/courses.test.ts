import { describe, expect, it } from "vitest";

import { coursesOf } from "./courses";

const FOUND = {
  series: [
    { metric: { job: "a" }, values: [[60, "1"] as const, [120, "2"] as const] },
    { metric: { job: "b" }, values: [[60, "5"] as const] },
  ],
  before: undefined,
  span: { sinceMs: 60_000, untilMs: 180_000 },
  stepS: 60,
  lengthMs: 120_000,
};

describe("how things went", () => {
  it("is found by the key of each series, with gaps where nothing is known", () => {
    const courses = coursesOf(FOUND, (metric) => metric.job ?? "");
    expect(courses.get("a")).toEqual([1, 2, null]);
  });

  it("is nothing as long as there is no answer", () => {
    expect(coursesOf(undefined, () => "").size).toBe(0);
  });
});
