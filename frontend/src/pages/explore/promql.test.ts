import { LanguageType, promQLLanguage } from "@prometheus-io/codemirror-promql";
import { expect, it } from "vitest";

import { type Reading, ReadingParser } from "./promql";

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
