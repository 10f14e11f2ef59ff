/** PromQL for the editor: its colours, completion and mistakes, also where variables stand in it. */

import { Language } from "@codemirror/language";
import { linter } from "@codemirror/lint";
import type { Extension } from "@codemirror/state";
import { type Input, Parser, type PartialParse, type TreeFragment } from "@lezer/common";
import { LanguageType, PromQLExtension, promQLLanguage } from "@prometheus-io/codemirror-promql";

import { address } from "../../api/client";

/** Returns a text as it is read: as long as it is, with PromQL in place of what is none. */
export type Reading = (text: string) => string;

export function promql(reading?: Reading): Extension {
  const url = new URL(address("prometheus"), document.baseURI).href;
  const knowing = new PromQLExtension().setComplete({ remote: { url, httpMethod: "GET" } });
  const language = languageOf(reading);
  return [
    language.extension,
    language.data.of({ autocomplete: knowing.getComplete().promQL.bind(knowing.getComplete()) }),
    linter(knowing.getLinter().promQL()),
  ];
}

function languageOf(reading?: Reading): Language {
  const language = promQLLanguage(LanguageType.PromQL);
  return reading ? new Language(language.data, new ReadingParser(language.parser, reading)) : language;
}

/** Parses a text as it is read, so that colours, completion and mistakes are those of what it stands for. */
export class ReadingParser extends Parser {
  constructor(
    private readonly parser: Parser,
    private readonly reading: Reading,
  ) {
    super();
  }

  /** What was parsed before is not taken up again: another character may change how those before it are read. */
  override createParse(
    input: Input,
    _before: readonly TreeFragment[],
    ranges: readonly { from: number; to: number }[],
  ): PartialParse {
    return this.parser.startParse(this.reading(input.read(0, input.length)), [], ranges);
  }
}
