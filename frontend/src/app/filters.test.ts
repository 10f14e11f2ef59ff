import { describe, expect, it } from "vitest";

import type { Instance } from "../api/types";
import { choices, filterOf, fits, matchersOf } from "./filters";

function instance(id: string, version: string, environment = "production"): Instance {
  return { id, version, environment, host: "web-1", pid: 7 } as Instance;
}

const INSTANCES = [instance("a.1", "2"), instance("b", "1"), instance("c", "2", "")];

describe("a filter of the address", () => {
  it("is what is said, and nothing else", () => {
    expect(filterOf(new URLSearchParams("instance=a&version=&range=6h"))).toEqual({ instance: "a" });
  });

  it("fits who is all of it", () => {
    const filter = { version: "2", environment: "production" };
    expect(INSTANCES.filter((one) => fits(one, filter)).map((one) => one.id)).toEqual(["a.1"]);
  });

  it("has values to choose from, of which an empty one is none", () => {
    expect(choices(INSTANCES, "version")).toEqual(["1", "2"]);
    expect(choices(INSTANCES, "environment")).toEqual(["production"]);
  });
});

describe("a filter as matchers", () => {
  it("is nothing where there is none", () => {
    expect(matchersOf({}, INSTANCES)).toBe("");
  });

  it("names the instance, which need not be known", () => {
    expect(matchersOf({ instance: 'x"y' }, [])).toBe('instance="x\\"y"');
  });

  it("names the instances of a version", () => {
    expect(matchersOf({ version: "2" }, INSTANCES)).toBe('instance=~"a\\\\.1|c"');
  });

  it("names nobody where nobody fits", () => {
    expect(matchersOf({ version: "3" }, INSTANCES)).toBe('instance="-"');
  });
});
