import { describe, expect, it } from "vitest";

import { between, change, digits, fromPercent, quantity, seconds } from "./quantity";

describe("quantity", () => {
  it.each([
    [0.0123, "s", "12.3 ms"],
    [0, "s", "0 s"],
    [59.96, "s", "60 s"],
    [61, "s", "1 min 1 s"],
    [3600, "s", "1 h"],
    [93_600, "s", "1 d 2 h"],
    [2.5e-7, "s", "250 ns"],
    [1536, "By", "1.5 KiB"],
    [0, "By", "0 B"],
    [1023.9, "By", "1 KiB"],
    [0.9593, "1", "95.9%"],
    [97, "%", "97%"],
    [12_345, "{request}", "12.3k"],
    [999.9, "", "1k"],
    [1_500_000, "By/s", "1.43 MiB/s"],
    [12.5, "{request}/s", "12.5/s"],
    [12.5, "1/s", "12.5/s"],
  ])("writes %d %s as %s", (value, unit, text) => {
    expect(quantity(value, unit)).toBe(text);
  });

  it.each([
    [3.1e-150, "", "0"],
    [-3.1e-150, "By", "0 B"],
    [3.1e-150, "s", "0 s"],
    [3.1e-150, "1", "0%"],
    [3.1e-150, "{request}/s", "0/s"],
  ])("writes %d %s, which is next to nothing, as %s", (value, unit, text) => {
    expect(quantity(value, unit)).toBe(text);
  });

  it.each([
    [2e-7, "s", "200 ns"],
    [4e-12, "s", "0.004 ns"],
    [2e-7, "", "2.0e-7"],
    [3e-9, "1", "3.0e-7%"],
  ])("keeps %d %s, which is little, as %s", (value, unit, text) => {
    expect(quantity(value, unit)).toBe(text);
  });

  it.each([null, undefined, NaN, Infinity])("writes %s as a dash", (value) => {
    expect(quantity(value, "s")).toBe("–");
  });
});

describe("between two values", () => {
  it.each([
    [0, 3.1e-150, "1", "0%"],
    [0, 0.02, "1", "0% to 2%"],
    [-0.5, 2, "s", "-500 ms to 2 s"],
  ])("%d and %d %s is %s", (low, high, unit, text) => {
    expect(between(low, high, unit)).toBe(text);
  });
});

describe("seconds", () => {
  it("keeps the sign", () => {
    expect(seconds(-0.25)).toBe("-250 ms");
    expect(seconds(-90)).toBe("-1 min 30 s");
  });
});

describe("digits", () => {
  it("keeps three and groups thousands", () => {
    expect([digits(0.12345), digits(12_345.6), digits(0.00001)]).toEqual(["0.123", "12,346", "1.0e-5"]);
  });
});

describe("change", () => {
  it.each([
    [0.123, "+12%"],
    [0.051, "+5.1%"],
    [-0.5, "-50%"],
    [0, "0%"],
    [null, ""],
  ])("writes %s as %s", (ratio, text) => {
    expect(change(ratio)).toBe(text);
  });
});

describe("a change in percent", () => {
  it("is a ratio, and not known where it was not", () => {
    expect([fromPercent(12.5), fromPercent(null)]).toEqual([0.125, null]);
  });
});
