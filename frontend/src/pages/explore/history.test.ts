import { beforeEach, describe, expect, it } from "vitest";

import { readHistory, remembered, writeHistory } from "./history";

describe("what was asked before", () => {
  beforeEach(() => localStorage.clear());

  it("has each expression once, the newest in front", () => {
    expect(remembered(["a", "b"], " b ")).toEqual(["b", "a"]);
  });

  it("is bounded, and takes nothing that is empty or endless", () => {
    const many = Array.from({ length: 30 }, (_, at) => String(at));
    expect(remembered(many, "new")).toHaveLength(30);
    expect(remembered(["a"], "")).toEqual(["a"]);
    expect(remembered(["a"], "x".repeat(3000))).toEqual(["a"]);
  });

  it("is found again, and nothing where something else lies", () => {
    writeHistory(["up"]);
    expect(readHistory()).toEqual(["up"]);
    localStorage.setItem("otel-monitoring.explore", "{");
    expect(readHistory()).toEqual([]);
  });
});
