import { describe, expect, it } from "vitest";

import type { Release } from "../../../api/types";
import { comparedBy, toneOfVerdict } from "./verdict";

function release(mayBeOlder: boolean): Release {
  return { job: "shop", version: "1", firstSeen: "", lastSeen: "", mayBeOlder };
}

describe("what is compared", () => {
  it("is the version of the address", () => {
    expect(comparedBy(new URLSearchParams("version=2&job=shop"), [])).toEqual({ version: "2", job: "shop" });
  });

  it("is days before a version", () => {
    expect(comparedBy(new URLSearchParams("version=2&job=shop&days=7"), [])).toEqual({ days: "7" });
  });

  it("is the newest version that has one before it", () => {
    const known = [{ ...release(true), version: "9" }, { ...release(false), version: "3" }, release(false)];

    expect(comparedBy(new URLSearchParams(), known)).toEqual({ version: "3", job: "shop" });
  });

  it.each(["", "days=0", "days=400", "days=x"])("is the last day where none was, with '%s'", (text) => {
    expect(comparedBy(new URLSearchParams(text), [release(true)])).toEqual({ days: "1" });
  });
});

it.each([
  ["slower", "bad"],
  ["faster", "good"],
  ["new", "muted"],
])("%s is %s", (verdict, tone) => {
  expect(toneOfVerdict(verdict)).toBe(tone);
});
