import { expect, it } from "vitest";

import { repeated } from "../asking";
import { windowsOf } from "./asked";

it.each([
  [3_600_000, ["1h"]],
  [86_400_000, ["1h", "6h", "1d"]],
  [30 * 86_400_000, ["1h", "6h", "1d", "7d", "30d"]],
])("a range of %d ms is looked at in %j", (lengthMs, windows) => {
  expect(windowsOf({ kind: "moving", lengthMs })).toEqual(windows);
});

it("says a parameter as often as there are values", () => {
  expect(repeated("trends/asked", "window", ["1h", "1d"], { query: "a b" })).toBe(
    "trends/asked?query=a+b&window=1h&window=1d",
  );
});
