import { describe, expect, it } from "vitest";

import { localText, parseLocal } from "./local";

describe("a moment in an input", () => {
  it("survives the trip, to the minute", () => {
    const atMs = new Date(2026, 2, 9, 7, 5).getTime();
    expect(localText(atMs)).toBe("2026-03-09T07:05");
    expect(parseLocal(localText(atMs + 59_000))).toBe(atMs);
  });

  it("is none where nothing was typed", () => {
    expect(parseLocal("")).toBeNull();
  });
});
