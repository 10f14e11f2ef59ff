import { describe, expect, it } from "vitest";

import { matches, scoreOf } from "./match";

function best(wanted: string, ...names: string[]): string | undefined {
  return matches(wanted, names, (name) => name)[0];
}

describe("letters that somebody types", () => {
  it("fit in their order, whatever stands between, in any case", () => {
    expect(scoreOf("gtc", "GET /cart")).not.toBeNull();
    expect(scoreOf("ctg", "GET /cart")).toBeNull();
  });

  it("do not fit where they are strewn over a name", () => {
    expect(scoreOf("get", "container_memory_working_set_bytes")).toBeNull();
  });

  it("fit by all of their words, in any order", () => {
    expect(scoreOf("cart get", "GET /cart")).not.toBeNull();
    expect(scoreOf("cart post", "GET /cart")).toBeNull();
  });

  it("mean what has them in a row", () => {
    expect(best("sys", "s_y_s", "my system")).toBe("my system");
  });

  it("mean what begins with them", () => {
    expect(best("al", "signal", "Alerts")).toBe("Alerts");
  });

  it("mean the shorter of two that fit alike", () => {
    expect(best("up", "up_total_of_all", "up")).toBe("up");
  });

  it("mean everything where there are none", () => {
    expect(matches("", ["b", "a"], (name) => name)).toEqual(["b", "a"]);
  });
});
