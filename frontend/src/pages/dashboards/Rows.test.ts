import { describe, expect, it } from "vitest";

import { newest } from "./Figures";
import { columnsOf } from "./Rows";

const row = (metric: Record<string, string>) => ({ query: "up", metric, value: "1" });

describe("a table of newest values", () => {
  it("has a column for each label in which rows differ, the metric in front", () => {
    const rows = [
      row({ job: "a", zone: "x", __name__: "up" }),
      row({ job: "b", zone: "x", __name__: "down" }),
    ];
    expect(columnsOf(rows)).toEqual(["__name__", "job"]);
  });

  it("has all labels of a single row", () => {
    expect(columnsOf([row({ zone: "x", job: "a" })])).toEqual(["job", "zone"]);
  });
});

describe("a figure", () => {
  it("is the last value that is known", () => {
    expect(newest([1, 2, null])).toBe(2);
    expect(newest([null])).toBeNull();
  });
});
