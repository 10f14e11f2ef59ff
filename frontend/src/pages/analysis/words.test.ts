import { describe, expect, it } from "vitest";

import { asSentence, isSameSeries, labelsText, seriesText } from "./words";

describe("a series in words", () => {
  it("is called by its endpoint", () => {
    const labels = { job: "shop", http_request_method: "GET", http_route: "/cart" };

    expect(seriesText("http.p95", labels)).toBe("Latency, p95 of GET /cart");
  });

  it("is called by its metric where it is the only one", () => {
    expect(seriesText("queue_depth", { job: "shop", otel_scope_name: "x" })).toBe("queue_depth");
  });

  it("tells every other label", () => {
    expect(labelsText({ pool: "main", state: "used", instance: "a" })).toBe("main, used");
  });
});

describe("labels", () => {
  it("are the same in any order and with any name of the metric", () => {
    expect(isSameSeries({ a: "1", b: "2" }, { b: "2", a: "1", __name__: "m" })).toBe(true);
  });

  it("are others where a value differs", () => {
    expect(isSameSeries({ a: "1" }, { a: "2" })).toBe(false);
  });

  it("are the same without those that are empty", () => {
    expect(isSameSeries({ a: "1", b: "" }, { a: "1" })).toBe(true);
  });
});

it("begins a sentence with a large letter", () => {
  expect(asSentence("has 5 hours")).toBe("Has 5 hours");
});
