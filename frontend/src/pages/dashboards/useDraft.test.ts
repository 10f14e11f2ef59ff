import { act, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { newPanel } from "./choices";
import { useDraft } from "./useDraft";

const UPPER = newPanel({ x: 0, y: 0, w: 12, h: 4 }, { id: "upper" });
const LOWER = newPanel({ x: 0, y: 4, w: 12, h: 4 }, { id: "lower" });
const BEFORE = { title: "Checkout", description: "", panels: [UPPER, LOWER] };

function draft() {
  return renderHook(() => useDraft(BEFORE)).result;
}

const tops = (result: ReturnType<typeof draft>) =>
  Object.fromEntries(result.current.draft.panels.map(({ id, place }) => [id, place.y]));

describe("a dashboard that is arranged", () => {
  it("is unchanged before somebody does something, and by what changes nothing", () => {
    const result = draft();
    act(() => result.current.arranging.step("upper", 0, -1));
    expect(result.current.isChanged).toBe(false);
  });

  it("has its panels moved and grown, and the others make room", () => {
    const result = draft();
    act(() => result.current.arranging.step("lower", 0, -1));
    expect(tops(result)).toEqual({ lower: 0, upper: 4 });
    act(() => result.current.arranging.grow("lower", 0, 2));
    expect(tops(result)).toEqual({ lower: 0, upper: 6 });
    expect(result.current.isChanged).toBe(true);
    expect(result.current.moved?.place).toEqual({ x: 0, y: 0, w: 12, h: 6 });
  });

  it("closes the gap of a panel that is removed", () => {
    const result = draft();
    act(() => result.current.arranging.remove("upper"));
    expect(tops(result)).toEqual({ lower: 0 });
  });

  it("has a panel that was removed put back where it was", () => {
    const result = draft();
    act(() => result.current.arranging.remove("upper"));
    expect(result.current.removed?.id).toBe("upper");
    act(() => result.current.restore());
    expect(result.current.removed).toBeNull();
    expect(tops(result)).toEqual({ lower: 4, upper: 0 });
  });

  it("is changed where somebody goes on with what they had of it", () => {
    const begun = { ...BEFORE, title: "Orders" };
    const result = renderHook(() => useDraft(BEFORE, begun)).result;
    expect([result.current.draft.title, result.current.isChanged]).toEqual(["Orders", true]);
  });

  it("takes a panel that is new, and one that was edited at its place in the order", () => {
    const result = draft();
    act(() => result.current.put(newPanel({ x: 0, y: 8, w: 6, h: 4 }, { id: "new" })));
    act(() => result.current.put({ ...UPPER, title: "Edited" }));
    expect(result.current.draft.panels.map(({ id, title }) => [id, title])).toEqual([
      ["upper", "Edited"],
      ["lower", "New panel"],
      ["new", "New panel"],
    ]);
  });

  it("edits one panel at a time", () => {
    const result = draft();
    act(() => result.current.arranging.edit("lower"));
    expect(result.current.edited?.id).toBe("lower");
    act(() => result.current.edit(null));
    expect(result.current.edited).toBeUndefined();
  });
});
