import { describe, expect, it } from "vitest";

import { namesOf } from "./legend";

const SERIES = [
  { __name__: "up", job: "shop", route: "/a" },
  { __name__: "up", job: "shop", route: "/b" },
];

describe("the names of series", () => {
  it("follow a template", () => {
    expect(namesOf(SERIES, "{{ route }} of {{job}}", "")).toEqual(["/a of shop", "/b of shop"]);
  });

  it("are the labels in which they differ", () => {
    expect(namesOf(SERIES, "", "up")).toEqual(["/a", "/b"]);
  });

  it("are those of the metric or the query where there is but one", () => {
    expect(namesOf([{ __name__: "up", job: "a" }], "", "sum")).toEqual(["up"]);
    expect(namesOf([{}], "", "sum(up)")).toEqual(["sum(up)"]);
  });

  it("are never the same twice", () => {
    expect(namesOf(SERIES, "p95", "")).toEqual(["p95", "p95 (2)"]);
  });
});
