import { describe, expect, it } from "vitest";

import { clamped, covers, freePlace, heightOf, placed, settled, stepped, swapped } from "./layout";

const panel = (id: string, x: number, y: number, w: number, h: number) => ({ id, place: { x, y, w, h } });
const places = (panels: readonly { id: string; place: { x: number; y: number } }[]) =>
  Object.fromEntries(panels.map(({ id, place }) => [id, [place.x, place.y]]));

describe("a grid", () => {
  it("lets panels rise to the top and onto each other", () => {
    const found = settled([panel("a", 0, 3, 6, 4), panel("b", 0, 20, 6, 4), panel("c", 6, 9, 6, 4)]);
    expect(places(found)).toEqual({ a: [0, 0], b: [0, 4], c: [6, 0] });
  });

  it("keeps the order in which panels were given, whatever their places", () => {
    const found = settled([panel("b", 0, 4, 6, 4), panel("a", 0, 0, 6, 4)]);
    expect(found.map((one) => one.id)).toEqual(["b", "a"]);
  });

  it("has others make room for a panel that moves", () => {
    const found = placed([panel("a", 0, 0, 6, 4), panel("b", 6, 0, 6, 4)], "b", (place) => ({
      ...place,
      x: 3,
    }));
    expect(places(found)).toEqual({ b: [3, 0], a: [0, 4] });
    const upper = placed([panel("a", 0, 0, 12, 4), panel("b", 0, 4, 12, 4)], "b", (place) => ({
      ...place,
      y: 1,
    }));
    expect(places(upper)).toEqual({ b: [0, 0], a: [0, 4] });
  });

  it("moves a panel past the one below by one step", () => {
    const panels = [panel("a", 0, 0, 12, 4), panel("b", 0, 4, 12, 6), panel("c", 0, 10, 12, 2)];
    const down = stepped(panels, "a", { dx: 0, dy: 1 });
    expect(places(down)).toEqual({ b: [0, 0], a: [0, 6], c: [0, 10] });
    expect(places(stepped(down, "a", { dx: 0, dy: -1 }))).toEqual(places(panels));
  });

  it("does not move the lowest panel down nor the leftmost to the left", () => {
    const panels = [panel("a", 0, 0, 12, 4), panel("b", 0, 4, 12, 6)];
    expect(stepped(panels, "b", { dx: 0, dy: 1 })).toBe(panels);
    expect(stepped(panels, "a", { dx: -1, dy: 0 })).toBe(panels);
  });

  it("has a panel change places with the next one as they are read", () => {
    const panels = [panel("a", 0, 0, 6, 4), panel("b", 6, 0, 6, 4), panel("c", 0, 4, 12, 2)];
    expect(places(swapped(panels, "b", -1))).toEqual({ b: [0, 0], a: [6, 0], c: [0, 4] });
    expect(places(swapped(panels, "c", -1))).toEqual({ c: [0, 0], a: [0, 2], b: [0, 6] });
    expect(swapped(panels, "a", -1)).toBe(panels);
    expect(swapped(panels, "c", 1)).toBe(panels);
  });

  it("never lets two panels cover each other", () => {
    let seed = 7;
    const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 200; round += 1) {
      const panels = Array.from({ length: 12 }, (_, at) => {
        const w = 1 + random(12);
        return panel(String(at), random(13 - w), random(20), w, 1 + random(6));
      });
      const found = settled(panels, String(random(12)));
      for (const one of found)
        for (const other of found)
          if (one.id !== other.id) expect(covers(one.place, other.place)).toBe(false);
    }
  });

  it("finds the first place that is free", () => {
    const panels = [panel("a", 0, 0, 6, 4), panel("b", 6, 0, 6, 2)];
    expect(freePlace(panels, { w: 6, h: 4 })).toEqual({ x: 6, y: 2, w: 6, h: 4 });
    expect(freePlace(panels, { w: 12, h: 4 })).toEqual({ x: 0, y: heightOf(panels), w: 12, h: 4 });
    expect(freePlace([], { w: 6, h: 4 })).toEqual({ x: 0, y: 0, w: 6, h: 4 });
  });

  it("holds places within its columns", () => {
    expect(clamped({ x: 11, y: -2, w: 20, h: 1 })).toEqual({ x: 0, y: 0, w: 12, h: 2 });
  });
});
