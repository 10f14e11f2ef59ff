import { expect, it } from "vitest";

import { kindsOf } from "./kinds";

it("counts kinds, the most frequent in front", () => {
  const found = kindsOf([{ kind: "errors" }, { kind: "load" }, { kind: "load" }, { kind: "cache" }]);

  expect(found).toEqual([
    { kind: "load", count: 2 },
    { kind: "cache", count: 1 },
    { kind: "errors", count: 1 },
  ]);
});
