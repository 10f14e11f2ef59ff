import { describe, expect, it } from "vitest";

import { localText } from "../../../time/local";

import type { Silence } from "../answers";
import {
  againOf,
  changeOf,
  changesOf,
  isWhole,
  matchersOf,
  NEW,
  problemOf,
  startOf,
  startProblem,
} from "./draft";

const SILENCE: Silence = {
  id: "9abf0219",
  state: "active",
  matchers: [
    { name: "severity", value: "warning", isRegex: false, isEqual: true },
    { name: "host", value: "web-.*", isRegex: true, isEqual: false },
  ],
  startsAt: "2026-03-02T09:00:00Z",
  endsAt: "2026-03-02T10:30:00Z",
  createdBy: "kim",
  comment: "an upgrade",
  updatedAt: "2026-03-02T09:00:00Z",
};
const TEXT = 'severity="warning"\nhost!~"web-.*"';
const GIVEN = { matchers: SILENCE.matchers, for: "", createdBy: "sam", comment: "an upgrade" };

describe("the draft of a change", () => {
  it("is the silence as it is, whose end stays", () => {
    expect(changeOf(SILENCE)).toMatchObject({
      text: TEXT,
      comment: "an upgrade",
      length: "",
      changed: SILENCE,
    });
  });

  it("of which nothing was touched sends nothing", () => {
    expect(changesOf(SILENCE, GIVEN)).toEqual({});
  });

  it.each([
    [{ for: "2h" }, { for: "2h" }],
    [{ startsAt: "2026-03-02T10:00:00Z" }, { startsAt: "2026-03-02T10:00:00Z" }],
    [{ comment: "a longer one" }, { comment: "a longer one" }],
    [{ matchers: ['severity="info"'] }, { matchers: ['severity="info"'] }],
  ])("in which %j is touched sends that alone", (touched, sent) => {
    expect(changesOf(SILENCE, { ...GIVEN, ...touched })).toEqual(sent);
  });
});

describe("the draft of an expired silence", () => {
  it("is a new one for as long as it was meant to hold", () => {
    expect(againOf(SILENCE)).toMatchObject({ text: TEXT, length: "90m", changed: null });
  });

  it("holds as long as others where it was ended early", () => {
    expect(againOf({ ...SILENCE, endsAt: "2026-03-02T09:17:23.4Z" }).length).toBe(NEW.length);
    expect(againOf({ ...SILENCE, endsAt: SILENCE.startsAt }).length).toBe(NEW.length);
  });
});

describe("the beginning of a silence", () => {
  const nowMs = Date.parse("2026-03-02T08:00:00Z");
  const in2h = localText(nowMs + 7_200_000);
  const pending = changeOf({ ...SILENCE, state: "pending" });

  it("is now, unless a moment is chosen", () => {
    expect(startOf(NEW, "", nowMs)).toBeUndefined();
    expect(startOf(NEW, in2h, nowMs)).toBe("2026-03-02T10:00:00.000Z");
  });

  it("stays unless another is chosen, which may be now", () => {
    expect(pending.begins).toBe(localText(Date.parse(SILENCE.startsAt)));
    expect(startOf(pending, pending.begins, nowMs)).toBeUndefined();
    expect(startOf(pending, "", nowMs)).toBe("2026-03-02T08:00:00.000Z");
  });

  it("may not be past", () => {
    const problem = startProblem(NEW, { begins: localText(nowMs - 300_000), length: "1h", nowMs });

    expect(problem).toContain("past");
    expect(startProblem(NEW, { begins: localText(nowMs + 59_000), length: "1h", nowMs })).toBeUndefined();
  });

  it("may not be behind an end that stays", () => {
    const begins = localText(Date.parse(SILENCE.endsAt));

    expect(startProblem(pending, { begins, length: "", nowMs })).toContain("It ends before");
    expect(startProblem(pending, { begins, length: "1h", nowMs })).toBeUndefined();
    expect(startProblem(pending, { begins: in2h, length: "", nowMs })).toBeUndefined();
  });
});

describe("the matchers of a draft", () => {
  it("are those of the silence itself until they are touched, and again once that is undone", () => {
    const draft = changeOf(SILENCE);

    expect(matchersOf(draft, TEXT)).toBe(SILENCE.matchers);
    expect(matchersOf(draft, `${TEXT}\nteam="data"`)).toEqual([
      'severity="warning"',
      'host!~"web-.*"',
      'team="data"',
    ]);
  });

  it("are what is typed where there is no silence yet", () => {
    expect(matchersOf(NEW, "")).toEqual([]);
    expect(matchersOf(NEW, 'a="b"')).toEqual(['a="b"']);
  });
});

describe("what is given", () => {
  const whole = { ...GIVEN, for: "1h" };

  it.each([{ matchers: [] }, { for: "" }, { for: "soon" }, { createdBy: "" }, { comment: "" }])(
    "is not enough for a new silence with %j",
    (lacking) => {
      expect(isWhole(NEW, whole)).toBe(true);
      expect(isWhole(NEW, { ...whole, ...lacking })).toBe(false);
    },
  );

  it("is a change once something is different", () => {
    expect(isWhole(changeOf(SILENCE), GIVEN)).toBe(false);
    expect(isWhole(changeOf(SILENCE), { ...GIVEN, comment: "a longer one" })).toBe(true);
    expect(isWhole(changeOf(SILENCE), { ...GIVEN, comment: "" })).toBe(false);
  });

  it("may leave the end of a change as it is, and of that alone", () => {
    expect(problemOf(changeOf(SILENCE), "")).toBeUndefined();
    expect(problemOf(changeOf(SILENCE), "soon")).toContain("Expected");
    expect(problemOf(againOf(SILENCE), "")).toContain("Expected");
  });
});
