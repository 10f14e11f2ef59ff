import { describe, expect, it } from "vitest";

import { Turns } from "./turns";

function rig(costMs: number) {
  const frames: (() => void)[] = [];
  const done: string[] = [];
  let nowMs = 0;
  const turns = new Turns(
    (run) => frames.push(run),
    () => nowMs,
  );
  const draw = (name: string) => () => {
    done.push(name);
    nowMs += costMs;
  };
  const frame = () => {
    const before = done.length;
    frames.shift()?.();
    return done.slice(before);
  };
  return { turns, draw, frame };
}

describe("turns", () => {
  it("are spread over frames as far as they take time", () => {
    const { turns, draw, frame } = rig(3);
    for (const name of ["a", "b", "c", "d", "e"]) turns.add(draw(name));
    expect([frame(), frame(), frame(), frame()]).toEqual([["a", "b"], ["c", "d"], ["e"], []]);
  });

  it("are all taken in one frame where they cost nothing", () => {
    const { turns, draw, frame } = rig(0);
    for (const name of ["a", "b", "c"]) turns.add(draw(name));
    expect(frame()).toEqual(["a", "b", "c"]);
  });

  it("are not taken by who went away", () => {
    const { turns, draw, frame } = rig(3);
    const gone = draw("gone");
    turns.add(gone);
    turns.add(draw("there"));
    turns.remove(gone);
    expect(frame()).toEqual(["there"]);
  });
});
