import { describe, expect, it } from "vitest";

import { askedOf, changesOf, letterOf } from "./asked";

function asParameters(changes: Readonly<Record<string, string>>): URLSearchParams {
  return new URLSearchParams(Object.entries(changes).filter(([, value]) => value !== ""));
}

describe("what the address asks", () => {
  it.each([
    { queries: ["up"], view: "chart", isStacked: false, stepS: null, legend: "" },
    { queries: ["up", "a / b", "c"], view: "table", isStacked: true, stepS: 30, legend: "{{http_route}}" },
  ] as const)("survives the trip: $queries", (asked) => {
    expect(askedOf(asParameters(changesOf(asked)))).toEqual(asked);
  });

  it("is nothing in a bare address", () => {
    const nothing = { queries: [], view: "chart", isStacked: false, stepS: null, legend: "" };
    expect(askedOf(new URLSearchParams())).toEqual(nothing);
  });

  it("closes the gap where a query was taken away", () => {
    expect(changesOf({ queries: ["a", " ", "c"] })).toMatchObject({ query: "a", query2: "c", query3: "" });
  });

  it("takes a step that is none as what suits", () => {
    expect(askedOf(new URLSearchParams("query=up&step=soon")).stepS).toBeNull();
  });

  it("names queries by letters", () => {
    expect([0, 1, 5].map(letterOf)).toEqual(["A", "B", "F"]);
  });
});
