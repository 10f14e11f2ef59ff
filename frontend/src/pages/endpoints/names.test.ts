import { describe, expect, it } from "vitest";

import { endpointOf, nameOf, pathOf } from "./names";

describe("the page of an endpoint", () => {
  it.each([
    { method: "GET", route: "/cart/{id}" },
    { method: "POST", route: "/a b/ü?x=#1" },
    { method: "GET", route: "" },
  ])("is found again by its path: $method $route", (endpoint) => {
    expect(endpointOf(pathOf(endpoint))).toEqual(endpoint);
  });

  it("is found by a path that was typed by hand", () => {
    expect(endpointOf("/endpoints/GET /a%")).toEqual({ method: "GET", route: "/a%" });
  });

  it("is not that of all endpoints", () => {
    expect(endpointOf("/endpoints")).toBeNull();
  });

  it("says so where there is no route", () => {
    expect(nameOf({ method: "GET", route: "" })).toBe("GET (no route)");
  });
});
