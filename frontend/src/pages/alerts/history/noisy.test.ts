import { describe, expect, it } from "vitest";

import type { Episode } from "../answers";
import { noiseOf } from "./noisy";

const SPAN = { sinceMs: 0, untilMs: 3_600_000 };

function episode(rule: string, fromS: number, toS: number | null, fingerprint = rule): Episode {
  return {
    rule,
    fingerprint,
    state: toS === null ? "firing" : "resolved",
    labels: { alertname: rule, severity: "critical" },
    annotations: {},
    value: 1,
    startedAt: new Date(fromS * 1000).toISOString(),
    endedAt: toS === null ? null : new Date(toS * 1000).toISOString(),
    durationSeconds: 0,
    marks: [],
  };
}

describe("rules that fired", () => {
  it("are told by how often, the most often in front", () => {
    const found = noiseOf([episode("A", 0, 60), episode("B", 0, 60), episode("B", 120, 180)], SPAN);
    expect(found.map(({ rule, times }) => [rule, times])).toEqual([
      ["B", 2],
      ["A", 1],
    ]);
  });

  it("fire once where several of their alerts fire at once", () => {
    const [found] = noiseOf(
      [episode("A", 0, 100, "a"), episode("A", 50, 150, "b"), episode("A", 60, 70, "c")],
      SPAN,
    );
    expect([found?.firingMs, found?.series]).toEqual([150_000, 3]);
  });

  it("fire within the time that is looked at alone", () => {
    const [found] = noiseOf([episode("A", -100, 100), episode("A", 3500, null)], SPAN);
    expect(found?.firingMs).toBe(200_000);
    expect(found?.states.map(({ fromS, toS }) => [fromS, toS])).toEqual([
      [0, 100],
      [3500, 3600],
    ]);
  });

  it("are none where nothing fired", () => {
    expect(noiseOf([], SPAN)).toEqual([]);
  });
});
