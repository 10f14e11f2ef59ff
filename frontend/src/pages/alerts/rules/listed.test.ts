import { describe, expect, it } from "vitest";

import type { Rule, Rules } from "../answers";
import { byGroup, chosenRules, countOf, listedOf, showOf } from "./listed";

function rule(name: string, more: Partial<Rule> = {}): Rule {
  return {
    name,
    type: "alerting",
    expr: `${name.toLowerCase()} > 1`,
    for: "0s",
    keepFiringFor: "0s",
    labels: {},
    annotations: {},
    state: "inactive",
    health: "ok",
    lastError: "",
    mode: "enabled",
    evaluatedAt: null,
    evaluationSeconds: 0,
    alerts: 0,
    ...more,
  };
}

const RULES: Rules = {
  groups: [
    {
      name: "system",
      source: "a",
      interval: "15s",
      missed: 0,
      rules: [rule("HighCpu", { alerts: 2 }), rule("Disk")],
    },
    {
      name: "shop",
      source: "b",
      interval: "1m",
      missed: 0,
      rules: [rule("Slow", { health: "err" }), rule("Odd", { mode: "observe" })],
    },
  ],
  disabled: [],
};

describe("rules", () => {
  const all = listedOf(RULES);
  const names = (...asked: Parameters<typeof chosenRules>) =>
    chosenRules(...asked).map((one) => one.rule.name);

  it("are found by name, group and expression", () => {
    expect(names(all, "cpu", "all")).toEqual(["HighCpu"]);
    expect(names(all, "shop", "all")).toEqual(["Slow", "Odd"]);
    expect(names(all, "disk > 1", "all")).toEqual(["Disk"]);
  });

  it("are found by what needs a look", () => {
    expect([names(all, "", "firing"), names(all, "", "failing"), names(all, "", "observed")]).toEqual([
      ["HighCpu"],
      ["Slow"],
      ["Odd"],
    ]);
    expect(countOf(all, "all")).toBe(4);
  });

  it("stand in their groups", () => {
    expect(byGroup(all).map(([first, ...others]) => [first.group, others.length])).toEqual([
      ["system", 1],
      ["shop", 1],
    ]);
  });
});

describe("what is shown", () => {
  it("is everything where the address says nothing that is known", () => {
    expect([showOf("failing"), showOf("odd"), showOf(null)]).toEqual(["failing", "all", "all"]);
  });
});
