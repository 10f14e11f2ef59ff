import { describe, expect, it } from "vitest";

import { DEFAULT } from "../../../time/range";
import { inputText, noticedOf } from "./noticed";

const FIXED = { kind: "fixed" as const, sinceMs: 0, untilMs: 60_000 };

describe("what was noticed", () => {
  it("is an alert before anything else", () => {
    const noticed = noticedOf(new URLSearchParams("alert=HighLatency&at=60000"), FIXED);

    expect(noticed).toEqual({ kind: "alert", alert: "HighLatency", asked: { alert: "HighLatency" } });
  });

  it("is a time before the range", () => {
    const noticed = noticedOf(new URLSearchParams("at=60000"), FIXED);

    expect(noticed.asked).toEqual({ at: "1970-01-01T00:01:00.000Z" });
  });

  it("is the range where somebody chose one", () => {
    expect(noticedOf(new URLSearchParams(), FIXED).asked).toEqual({
      since: "1970-01-01T00:00:00.000Z",
      until: "1970-01-01T00:01:00.000Z",
    });
  });

  it.each(["", "at=soon", "at=-5"])("is now with '%s' and a range that moves", (text) => {
    expect(noticedOf(new URLSearchParams(text), DEFAULT).kind).toBe("now");
  });

  it("is not a range that is too long to look at", () => {
    const long = { ...FIXED, untilMs: 8 * 86_400_000 };

    expect(noticedOf(new URLSearchParams(), long).kind).toBe("now");
  });
});

it("writes a moment as inputs hold it", () => {
  expect(Date.parse(inputText(1_767_225_600_000))).toBe(1_767_225_600_000);
});
