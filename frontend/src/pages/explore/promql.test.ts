import { CompletionContext } from "@codemirror/autocomplete";
import { defineLanguageFacet, Language } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { LanguageType, promQLLanguage } from "@prometheus-io/codemirror-promql";
import { expect, it } from "vitest";

import { type Reading, ReadingParser, variablesAt } from "./promql";

/** What is no PromQL in a text. */
function mistakesIn(text: string, reading: Reading): readonly string[] {
  const found: string[] = [];
  new ReadingParser(promQLLanguage(LanguageType.PromQL).parser, reading).parse(text).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) found.push(text.slice(from, to));
    },
  });
  return found;
}

const RATE = "sum(rate(requests_total[$window]))";

it("reads what stands for something else, at the places where it stands", () => {
  const reading = (text: string) => text.replaceAll("$window", "5m     ");

  expect(mistakesIn(RATE, reading)).toEqual([]);
  expect(mistakesIn(`${RATE} $ `, reading)).toEqual(["$"]);
});

it("takes for a mistake what stands for nothing", () => {
  expect(mistakesIn(RATE, (text) => text)).toContain("$");
});

/** From where variables are offered at the end of what is typed, and which; nothing where none is. */
function offeredAt(typed: string): readonly [from: number, labels: readonly string[]] | null {
  const parser = new ReadingParser(promQLLanguage(LanguageType.PromQL).parser, (text) => text);
  const { extension: extensions } = new Language(defineLanguageFacet(), parser);
  const state = EditorState.create({ doc: `${typed}]))`, extensions });
  const offered = [{ label: "$__range", detail: "the whole time that is shown" }];
  const found = variablesAt(new CompletionContext(state, typed.length, false), offered);
  return found && [found.from, found.options.map(({ label }) => label)];
}

it("offers variables where a duration goes, and where one is begun", () => {
  expect(offeredAt("sum(rate(a[")).toEqual([11, ["$__range"]]);
  expect(offeredAt("sum(rate(a[$")).toEqual([11, ["$__range"]]);
  expect(offeredAt("sum(rate(a[$__ra")).toEqual([11, ["$__range"]]);
  expect(offeredAt("sum(rate(a offset $__")).toEqual([18, ["$__range"]]);
});

it("offers none in the middle of something else", () => {
  expect(offeredAt("sum(rate(a")).toBeNull();
  expect(offeredAt("sum(rate(a[5")).toBeNull();
  expect(offeredAt('sum(rate(a{b=~"c$"')).toBeNull();
  expect(offeredAt('sum(rate(a{b=~"c$')).toBeNull();
});
