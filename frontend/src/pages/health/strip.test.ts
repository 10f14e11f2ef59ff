import { describe, expect, it } from "vitest";

import type { CheckResult } from "../../api/types";
import { stretchesOf } from "./strip";

function result(atS: number, status: string, previous: string | null): CheckResult {
  return { check: "db", at: new Date(atS * 1000).toISOString(), status, previous } as CheckResult;
}

const SPAN = { sinceMs: 0, untilMs: 100_000 };

describe("how a check stood", () => {
  it("changes with each result that is a change", () => {
    const found = stretchesOf(
      [
        result(80, "healthy", "unhealthy"),
        result(60, "unhealthy", "unhealthy"),
        result(40, "unhealthy", "healthy"),
      ],
      SPAN,
    );

    expect(found).toEqual([
      { status: "healthy", sinceMs: 0, untilMs: 40_000 },
      { status: "unhealthy", sinceMs: 40_000, untilMs: 80_000 },
      { status: "healthy", sinceMs: 80_000, untilMs: 100_000 },
    ]);
  });

  it("is not known before its first result", () => {
    expect(stretchesOf([result(50, "healthy", null)], SPAN)).toEqual([
      { status: "healthy", sinceMs: 50_000, untilMs: 100_000 },
    ]);
  });

  it("is not known without results", () => {
    expect(stretchesOf([], SPAN)).toEqual([]);
  });
});
