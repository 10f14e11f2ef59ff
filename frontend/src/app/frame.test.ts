import { describe, expect, it } from "vitest";

import type { Alert, Episode, Release } from "../api/types";
import { stateOf } from "./bar/Freshness";
import { without } from "./FilterNote";
import { firingOf } from "./firing";
import { parsePlace } from "./location";
import { alertMarkers, releaseMarkers } from "./markers";
import { titleOf } from "./title";

describe("the title", () => {
  it("names the page and the service, and how many alerts fire", () => {
    expect(titleOf({ page: "Alerts", firing: 2, service: "shop" })).toBe("(2) Alerts · shop");
    expect(titleOf({ page: "Health", firing: 0, service: undefined })).toBe("Health · Monitoring");
  });

  it("counts what fires and nobody has silenced", () => {
    const alerts = [
      { state: "firing", silencedBy: [] },
      { state: "firing", silencedBy: ["x"] },
      { state: "pending", silencedBy: [] },
    ] as unknown as Alert[];
    expect(firingOf(alerts)).toBe(1);
  });
});

describe("freshness", () => {
  it.each([
    ["live", "open", false, "live"],
    ["live", "opening", false, "polling"],
    ["5s", "open", false, "live"],
    ["off", "closed", false, "paused"],
    ["live", "opening", true, "reconnecting"],
    ["off", "closed", true, "reconnecting"],
  ] as const)("%s, stream %s, lost %s: %s", (refresh, state, isLost, word) => {
    expect(stateOf(refresh, state, isLost).word).toBe(word);
  });
});

describe("a filter", () => {
  it("is told of where a page knows nothing of it", () => {
    expect(without({ instance: "a", version: "2" }, ["instance"])).toEqual({ version: "2" });
    expect(without({ instance: "a" }, ["instance", "environment", "version"])).toEqual({});
  });
});

describe("marked moments", () => {
  it("are versions that began, and not those that were there before anything was known", () => {
    const release = { job: "shop", version: "2", firstSeen: "1970-01-01T00:01:00Z", mayBeOlder: false };
    const found = releaseMarkers([release, { ...release, version: "1", mayBeOlder: true }] as Release[]);
    expect(found).toEqual([{ atS: 60, text: "version 2 of shop began", role: "accent" }]);
  });

  it("are alerts that fired, with the way to them", () => {
    const episode = {
      rule: "HighCpu",
      fingerprint: "ab",
      startedAt: "1970-01-01T00:01:00Z",
      labels: { severity: "critical" },
      annotations: { summary: "CPU is at 93%" },
    } as unknown as Episode;
    expect(alertMarkers([episode], parsePlace("#/?range=6h"))).toEqual([
      { atS: 60, text: "HighCpu fired: CPU is at 93%", role: "bad", href: "#/alerts/ab?range=6h" },
    ]);
  });
});
