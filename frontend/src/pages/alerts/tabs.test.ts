import { describe, expect, it } from "vitest";

import { alertPath, rulePath, shownBy } from "./tabs";

describe("what a path shows", () => {
  it.each([
    ["/alerts", { kind: "tab", path: "/alerts" }],
    ["/alerts/history", { kind: "tab", path: "/alerts/history" }],
    ["/alerts/rules", { kind: "tab", path: "/alerts/rules" }],
    ["/alerts/nonsense", { kind: "tab", path: "/alerts" }],
    ["/alerts/85bb05e1e7f5a9ba", { kind: "alert", fingerprint: "85bb05e1e7f5a9ba" }],
  ])("%s", (path, shown) => {
    expect(shownBy(path)).toEqual(shown);
  });

  it("is what its link led to", () => {
    expect(shownBy(rulePath("50% / half"))).toEqual({ kind: "rule", name: "50% / half" });
    expect(shownBy(alertPath("0123456789abcdef"))).toEqual({
      kind: "alert",
      fingerprint: "0123456789abcdef",
    });
  });

  it("survives what was typed by hand", () => {
    expect(shownBy("/alerts/rules/50%")).toEqual({ kind: "rule", name: "50%" });
  });
});
