import { expect, it } from "vitest";

import { fileName, kindOf } from "./kinds";

it.each([
  ["daily", "daily"],
  ["yearly", null],
  [undefined, null],
])("the kind of %s is %s", (text, kind) => {
  expect(kindOf(text)).toBe(kind);
});

it("names a file by its day", () => {
  expect(fileName("weekly", "2026-03-02T00:00:00Z", "html")).toBe("weekly-report-2026-03-02.html");
  expect(fileName("daily", "", "md")).toBe("daily-report.md");
});
