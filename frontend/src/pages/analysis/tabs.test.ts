import { describe, expect, it } from "vitest";

import { chosenOf, pathTo } from "./tabs";

describe("a path of the analysis", () => {
  it.each([
    { tab: "slos" as const, rest: ["pay works"] },
    { tab: "anomalies" as const, rest: ["17", 'http.p95{http_route="/a/{id}"}'] },
    { tab: "reports" as const, rest: [] },
  ])("is found again: $tab $rest", ({ tab, rest }) => {
    expect(chosenOf(pathTo(tab, ...rest))).toEqual({ tab, rest });
  });

  it.each(["/analysis", "/analysis/", "/analysis/nothing"])("%s begins with the anomalies", (path) => {
    expect(chosenOf(path).tab).toBe("anomalies");
  });

  it("takes what cannot be decoded as it is written", () => {
    expect(chosenOf("/analysis/slos/100%")).toEqual({ tab: "slos", rest: ["100%"] });
  });
});
