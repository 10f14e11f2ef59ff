import { describe, expect, it } from "vitest";

import { percentOf, placesOf } from "./places";

const SPAN = { sinceMs: 0, untilMs: 100_000 };

function marker(atS: number, text: string) {
  return { atS, text, role: "accent" };
}

describe("a moment on an axis", () => {
  it("stands by its time, and at the edge where it is beyond", () => {
    expect([-5, 25, 200].map((atS) => percentOf(atS, SPAN))).toEqual([0, 25, 100]);
  });
});

describe("marked moments", () => {
  it("come from the left, without those of another time", () => {
    const places = placesOf([marker(70, "b"), marker(20, "a"), marker(101, "c")], SPAN);
    expect(places.map(({ percent }) => percent)).toEqual([20, 70]);
  });

  it("are told of together where they crowd", () => {
    const places = placesOf([marker(20, "first"), marker(20.5, "second")], SPAN);
    expect(places).toHaveLength(1);
    expect(places[0]?.text).toMatch(/first\n.*second/);
  });
});
