import { afterEach, describe, expect, it, vi } from "vitest";

import { labelNames, largest, metadata, queryAt } from "./lookups";

function answering(data: unknown): void {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify({ status: "success", data }))));
}

afterEach(() => vi.unstubAllGlobals());

describe("an expression at one time", () => {
  it.each([
    { resultType: "vector", result: [{ metric: { job: "shop" }, value: [1, "2.5"] }] },
    {
      resultType: "matrix",
      result: [
        {
          metric: { job: "shop" },
          values: [
            [0, "1"],
            [1, "2.5"],
          ],
        },
      ],
    },
  ])("has the newest value of each series: $resultType", async (data) => {
    answering(data);
    expect(await queryAt("up", 0)).toEqual([{ metric: { job: "shop" }, value: "2.5" }]);
  });

  it("is one value where it is a number by itself", async () => {
    answering({ resultType: "scalar", result: [1, "42"] });
    expect(await queryAt("42", 0)).toEqual([{ metric: {}, value: "42" }]);
  });
});

describe("what is known of metrics", () => {
  it("is what comes first of each", async () => {
    const up = { type: "gauge", help: "", unit: "" };
    answering({ up: [up, { ...up, type: "counter" }], nothing: [] });
    expect(await metadata()).toEqual({ up });
  });

  it("leaves out labels that nobody groups by", async () => {
    answering(["__name__", "job", "le"]);
    expect(await labelNames("up")).toEqual(["job"]);
  });
});

describe("exemplars", () => {
  it("are told once per trace, the largest in front", () => {
    const exemplars = [
      { labels: { trace_id: "a" }, value: "0.1", timestamp: 1 },
      { labels: { trace_id: "b" }, value: "0.9", timestamp: 2 },
      { labels: { trace_id: "a" }, value: "0.4", timestamp: 3 },
      { labels: {}, value: "5", timestamp: 4 },
    ];
    const found = largest([{ seriesLabels: { le: "1" }, exemplars }]);
    expect(found.map(({ traceId, value, atMs }) => [traceId, value, atMs])).toEqual([
      ["b", 0.9, 2000],
      ["a", 0.4, 3000],
    ]);
  });
});
