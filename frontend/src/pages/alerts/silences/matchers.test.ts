import { describe, expect, it } from "vitest";

import { equalTo, lengthProblem, leftMs, linesOf, matcherText } from "./matchers";

describe("matchers that are typed", () => {
  it("are one a line, without what is blank", () => {
    expect(linesOf(' severity="warning" \n\n  host=~"web-.*"\n')).toEqual([
      'severity="warning"',
      'host=~"web-.*"',
    ]);
  });
});

describe("a matcher of the API", () => {
  it.each([
    [{ name: "a", value: "x", isRegex: false, isEqual: true }, 'a="x"'],
    [{ name: "a", value: "x", isRegex: false, isEqual: false }, 'a!="x"'],
    [{ name: "a", value: "x|y", isRegex: true, isEqual: true }, 'a=~"x|y"'],
    [{ name: "a b", value: "x", isRegex: false, isEqual: true }, '"a b"="x"'],
    [{ name: "a", value: '"', isRegex: true, isEqual: false }, 'a!~"\\""'],
  ])("%o is written %s", (matcher, text) => {
    expect(matcherText(matcher)).toBe(text);
  });
});

describe("labels of an alert", () => {
  it("have to be equal unless they are left out", () => {
    expect(equalTo({ alertname: "A", host: "b" }, new Set(["host"]))).toEqual([
      { name: "alertname", value: "A" },
    ]);
  });
});

describe("a length", () => {
  it.each(["90m", "4h", "1h30m", " 2d "])("may be %s", (text) => {
    expect(lengthProblem(text)).toBeUndefined();
  });

  it.each(["", "soon", "4", "0m", "-1h", "1h later"])("may not be %j", (text) => {
    expect(lengthProblem(text)).toContain("Expected");
  });
});

describe("what is left of a silence", () => {
  const silence = {
    id: "x",
    matchers: [],
    startsAt: "2026-03-02T09:00:00Z",
    endsAt: "2026-03-02T11:00:00Z",
    createdBy: "kim",
    comment: "",
    updatedAt: "2026-03-02T08:00:00Z",
  };
  const nowMs = Date.parse("2026-03-02T08:00:00Z");

  it("is the time to its end, or to its beginning where that is to come", () => {
    expect(leftMs({ ...silence, state: "active" }, nowMs)).toBe(3 * 3_600_000);
    expect(leftMs({ ...silence, state: "pending" }, nowMs)).toBe(3_600_000);
  });
});
