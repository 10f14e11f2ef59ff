import { describe, expect, it } from "vitest";

import type { Instance } from "../../api/types";
import { versionsOf } from "./versions";

function process(service: string, version: string): Instance {
  return { service, version } as Instance;
}

describe("versions side by side", () => {
  it("are told of services that run in several, the most common in front", () => {
    const found = versionsOf([
      process("shop", "1.4"),
      process("shop", ""),
      process("shop", "1.4"),
      process("payments", "2"),
    ]);
    expect(found).toEqual([
      { name: "shop 1.4", count: 2 },
      { name: "shop without a version", count: 1 },
    ]);
  });

  it("are none where each service has one", () => {
    expect(versionsOf([process("shop", "1"), process("payments", "2")])).toEqual([]);
  });
});
