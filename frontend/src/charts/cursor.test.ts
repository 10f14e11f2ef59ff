import { describe, expect, it } from "vitest";

import { moved, newest } from "./cursor";

describe("a key on a chart", () => {
  it.each([
    ["ArrowLeft", 5, 4],
    ["ArrowRight", 5, 6],
    ["PageUp", 5, 0],
    ["PageDown", 5, 15],
    ["Home", 5, 0],
    ["End", 5, 19],
    ["ArrowRight", 19, 19],
    ["ArrowLeft", 0, 0],
  ])("%s takes the cursor from %d to %d", (key, from, to) => {
    expect(moved(key, from, 20)).toBe(to);
  });

  it("brings the cursor in at the newest value", () => {
    expect(moved("ArrowLeft", null, 20)).toBe(19);
    expect(moved("ArrowRight", null, 20)).toBe(19);
  });

  it("does nothing where it moves no cursor, or there is nothing", () => {
    expect(moved("a", 5, 20)).toBeNull();
    expect(moved("End", null, 0)).toBeNull();
  });
});

describe("the newest value", () => {
  it("is the last of any line", () => {
    expect(
      newest([
        [1, 2, null, null],
        [null, 1, 3, null],
      ]),
    ).toBe(2);
  });

  it("is none where there is none", () => {
    expect(newest([[null, null]])).toBeNull();
    expect(newest([])).toBeNull();
  });
});
