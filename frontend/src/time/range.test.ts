import { describe, expect, it } from "vitest";

import {
  DEFAULT,
  onEveryStep,
  onSteps,
  parseRange,
  previous,
  rangeText,
  spanOf,
  stepped,
  stepSeconds,
  widened,
} from "./range";

describe("a range in the address", () => {
  it.each(["15m", "1h", "6h", "1d", "7d", "1700000000000~1700003600000"])("survives the trip: %s", (text) => {
    expect(rangeText(parseRange(text))).toBe(text);
  });

  it.each([null, "", "h", "0h", "9999999w", "5~4", "1~2~3x", "<script>"])(
    "is the default where it is none: %s",
    (text) => {
      expect(parseRange(text)).toEqual(DEFAULT);
    },
  );

  it("moves with the time, or stays", () => {
    expect(spanOf(DEFAULT, 7_200_000)).toEqual({ sinceMs: 3_600_000, untilMs: 7_200_000 });
    expect(spanOf(parseRange("5~10"), 7_200_000)).toEqual({ sinceMs: 5, untilMs: 10 });
  });
});

describe("what follows from a span", () => {
  it("has a period before it of the same length", () => {
    expect(previous({ sinceMs: 100, untilMs: 160 })).toEqual({ sinceMs: 40, untilMs: 100 });
  });

  it.each([
    [3_600_000, 300, 15],
    [86_400_000, 300, 300],
    [30 * 86_400_000, 300, 21_600],
    [400 * 86_400_000, 100, 345_600],
  ])("has a usual step: %d ms in %d points", (lengthMs, points, step) => {
    expect(stepSeconds({ sinceMs: 0, untilMs: lengthMs }, points)).toBe(step);
  });
});

describe("a step through time", () => {
  const hour = 3_600_000;
  const now = 10 * hour;

  it("back from now stands still one length earlier", () => {
    expect(stepped(DEFAULT, -1, now)).toEqual({ kind: "fixed", sinceMs: 8 * hour, untilMs: 9 * hour });
  });

  it("forward goes on by one length", () => {
    const range = { kind: "fixed", sinceMs: 5 * hour, untilMs: 6 * hour } as const;
    expect(stepped(range, 1, now)).toEqual({ kind: "fixed", sinceMs: 6 * hour, untilMs: 7 * hour });
  });

  it("that reaches now moves on with it", () => {
    const range = { kind: "fixed", sinceMs: 8.5 * hour, untilMs: 9.5 * hour } as const;
    expect(stepped(range, 1, now)).toEqual(DEFAULT);
  });
});

describe("a wider span", () => {
  it("is twice as long around the same middle", () => {
    expect(widened({ sinceMs: 100, untilMs: 200 }, 1000)).toEqual({ sinceMs: 50, untilMs: 250 });
  });

  it("does not reach beyond now", () => {
    expect(widened({ sinceMs: 100, untilMs: 200 }, 210)).toEqual({ sinceMs: 10, untilMs: 210 });
  });
});

describe("a span on every step that it touches", () => {
  it("reaches to the end of the one that is under way", () => {
    const span = { sinceMs: 1_005_000, untilMs: 4_605_000 };
    expect(onEveryStep({ sinceMs: 1_000_001, untilMs: 4_600_001 }, 15)).toEqual(span);
    expect(onEveryStep({ sinceMs: 1_000_001, untilMs: 4_605_000 }, 15)).toEqual(span);
  });
});

describe("a span on whole steps", () => {
  it("is the same a moment later", () => {
    const span = onSteps({ sinceMs: 1_000_001, untilMs: 4_600_001 }, 15);
    expect(span).toEqual({ sinceMs: 1_005_000, untilMs: 4_590_000 });
    expect(onSteps({ sinceMs: 1_000_900, untilMs: 4_600_900 }, 15)).toEqual(span);
  });
});
