import { describe, expect, it } from "vitest";

import { labelsOf } from "./labels";

describe("the labels of series", () => {
  it("are those that tell them apart, and those that all have alike", () => {
    const metrics = [
      { __name__: "a", job: "shop", route: "/cart" },
      { __name__: "b", job: "shop", route: "/cart", method: "GET" },
    ];
    expect(labelsOf(metrics)).toEqual({
      apart: ["__name__", "method"],
      shared: { job: "shop", route: "/cart" },
    });
  });

  it("all tell something of a series that is alone", () => {
    expect(labelsOf([{ job: "shop", __name__: "up" }])).toEqual({ apart: ["__name__", "job"], shared: {} });
    expect(labelsOf([])).toEqual({ apart: [], shared: {} });
  });
});
