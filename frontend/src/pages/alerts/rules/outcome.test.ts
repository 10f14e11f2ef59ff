import { describe, expect, it } from "vitest";

import type { Backtest, TrialEpisode } from "../answers";
import { bandsOf, outcomeText } from "./outcome";

const at = (s: number) => new Date(s * 1000).toISOString();

function tried(more: Partial<Backtest> = {}): Backtest {
  return {
    since: at(0),
    until: at(6 * 3600),
    intervalSeconds: 15,
    watched: null,
    fired: 0,
    pendingOnly: 0,
    firingSeconds: 0,
    episodes: [],
    total: 0,
    ...more,
  };
}

function episode(pendingS: number, firedS: number | null, endedS: number | null): TrialEpisode {
  const times = {
    firedAt: firedS === null ? null : at(firedS),
    endedAt: endedS === null ? null : at(endedS),
  };
  return { labels: {}, pendingAt: at(pendingS), ...times, peak: 1 };
}

describe("what came of a trial", () => {
  it.each([
    [tried(), "It would not have fired in 6 h."],
    [tried({ pendingOnly: 2 }), "It would not have fired in 6 h. 2 times it held, but not for long enough."],
    [tried({ fired: 1, firingSeconds: 90 }), "It would have fired 1 time in 6 h, for 1 min 30 s in all."],
    [
      tried({ fired: 14, firingSeconds: 3600, until: at(7 * 86_400) }),
      "It would have fired 14 times in 7 d, 2.0 a day, for 1 h in all.",
    ],
  ])("is told", (found, text) => {
    expect(outcomeText(found)).toBe(text);
  });
});

describe("bands of a trial", () => {
  it("are pending before they fire, up to the end where it still fires", () => {
    const found = bandsOf(tried({ episodes: [episode(60, 120, null)], until: at(600) }));
    expect(found.map(({ text, fromS, toS }) => [text, fromS, toS])).toEqual([
      ["pending", 60, 120],
      ["firing", 120, 600],
    ]);
  });

  it("are pending alone where it did not fire, and firing alone where it fired at once", () => {
    const found = bandsOf(tried({ episodes: [episode(60, null, 90), episode(200, 200, 300)] }));
    expect(found.map(({ text }) => text)).toEqual(["pending", "firing"]);
  });
});
