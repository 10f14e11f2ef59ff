import { describe, expect, it } from "vitest";

import { besideText, howText, surpriseText } from "./movement";

describe("a surprise", () => {
  it.each([
    [3.01, "once in 1,000"],
    [1.3, "once in 20"],
    [12, "less than once in a million"],
  ])("of %d digits is %s", (digits, text) => {
    expect(surpriseText(digits)).toBe(text);
  });
});

describe("a beginning", () => {
  it.each([
    [0, "2 min before"],
    [130_000, "at the same time"],
    [180_000, "1 min after"],
  ])("at %d ms is %s", (onsetMs, text) => {
    expect(besideText(onsetMs, 120_000)).toBe(text);
  });
});

it("says of a way that it does not know what the API says", () => {
  expect(howText("sideways")).toBe("sideways");
});
