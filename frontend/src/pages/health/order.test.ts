import { describe, expect, it } from "vitest";

import type { Check } from "../../api/types";
import { gravestFirst } from "./order";

function check(name: string, status: Check["status"], critical = false): Check {
  return { name, status, critical } as Check;
}

describe("the order of checks", () => {
  it("has what is wrong in front, of that the critical ones, and else names", () => {
    const checks = [
      check("b", "healthy"),
      check("a", "healthy"),
      check("queue", "degraded"),
      check("cache", "unhealthy"),
      check("database", "unhealthy", true),
      check("new", null),
    ];
    expect(gravestFirst(checks).map((one) => one.name)).toEqual([
      "database",
      "cache",
      "queue",
      "new",
      "a",
      "b",
    ]);
  });
});
