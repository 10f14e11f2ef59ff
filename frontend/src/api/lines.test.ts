import { describe, expect, it } from "vitest";

import { lineName, together } from "./lines";

describe("expressions asked together", () => {
  it("are one, in which each keeps its name", () => {
    expect(together({ used: "sum(a)", "of all": "b" })).toBe(
      'label_replace(sum(a), "line", "used", "", "") or label_replace(b, "line", "of all", "", "")',
    );
  });

  it("are called by their names and by what else tells them apart", () => {
    expect(lineName({ line: "read", system_device: "sda" })).toBe("read · sda");
    expect(lineName({ system_device: "sda" })).toBe("sda");
  });
});
