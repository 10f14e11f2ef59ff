import { describe, expect, it } from "vitest";

import { decoded, linkTo, parsePlace, placeText } from "./location";

describe("a place", () => {
  it.each(["#/", "#/endpoints?range=6h", "#/endpoints/GET%20%2Fcart?range=6h&sort=p95"])(
    "survives the trip: %s",
    (hash) => {
      const { path, parameters } = parsePlace(hash);
      expect(placeText(path, parameters)).toBe(hash);
    },
  );

  it("is the start where there is none", () => {
    expect(parsePlace("").path).toBe("/");
  });

  it("keeps the range and the filters in links, and nothing else", () => {
    const here = parsePlace("#/alerts?range=6h&instance=a&sort=name");
    expect(linkTo("/health", here)).toBe("#/health?range=6h&instance=a");
    expect(linkTo("/explore", here, { query: "up" })).toBe("#/explore?range=6h&instance=a&query=up");
  });
});

describe("a part of a path", () => {
  it.each([
    ["GET%20%2Fcart", "GET /cart"],
    ["100%", "100%"],
  ])("%s is %s", (part, meant) => {
    expect(decoded(part)).toBe(meant);
  });
});
