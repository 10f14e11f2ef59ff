import { describe, expect, it } from "vitest";

import { momentText } from "../words";
import { outcomeOf, whenText } from "./outcome";

const [FIRST, SECOND, THIRD] = [
  "2026-03-09T12:00:00Z",
  "2026-03-11T12:00:00Z",
  "2026-03-14T12:00:00Z",
] as const;

describe("when a limit is reached", () => {
  it("is told with both ends", () => {
    const text = whenText({ earliest: FIRST, expected: SECOND, latest: THIRD });

    expect(text).toBe(`about ${momentText(SECOND)} (${momentText(FIRST)} to ${momentText(THIRD)})`);
  });

  it("is told by its earliest where it may not come at all", () => {
    const text = whenText({ earliest: FIRST, expected: null, latest: null });

    expect(text).toBe(`${momentText(FIRST)} at the earliest`);
  });

  it("is nothing where it is not in sight", () => {
    expect(whenText({ earliest: null, expected: null, latest: null })).toBe("");
  });
});

it("says of what is not known that it is not known", () => {
  expect(outcomeOf(null)).toEqual({ tone: "muted", text: "not known yet" });
});
