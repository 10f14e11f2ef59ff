import { afterEach, expect, it, vi } from "vitest";

import { forget, keep, keptOf } from "./kept";

const KEPT = { draft: { title: "Checkout", description: "", panels: [] }, version: 3 };

afterEach(() => {
  vi.restoreAllMocks();
  sessionStorage.clear();
});

it("is there until it is forgotten, each dashboard by itself", () => {
  keep("a", KEPT);
  keep("b", { ...KEPT, version: 4 });
  forget("a");

  expect(keptOf("a")).toBeNull();
  expect(keptOf("b")).toEqual({ ...KEPT, version: 4 });
});

it("is nothing where the browser keeps nothing", () => {
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });

  keep("a", KEPT);

  expect(keptOf("a")).toBeNull();
});
