import { expect, it } from "vitest";

import { type Counted, tooFew } from "./counts";

function counted(metric: string, count: number): Counted {
  return { metric, count, near: [] };
}

it.each([
  [[counted("cpu", 2)]],
  [[counted("cpu", 1), counted("memory", 1)]],
  [[counted("cpu", 0), counted("memory", 3)]],
])("two series are enough, whichever metric they are of", (given) => {
  expect(tooFew(given)).toBeNull();
});

it("says of each metric what there is of it", () => {
  expect(tooFew([counted("cpu", 1), counted("disk", 0)])).toBe(
    "cpu is a single series in this time. Nothing was recorded of disk in this time. Add another metric.",
  );
});
