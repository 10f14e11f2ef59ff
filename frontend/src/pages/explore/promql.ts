/** PromQL for the editor: its colours, completion and mistakes, also where variables stand in it. */

import type { CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { Language, syntaxTree } from "@codemirror/language";
import { linter } from "@codemirror/lint";
import type { Extension } from "@codemirror/state";
import { type Input, Parser, type PartialParse, type TreeFragment } from "@lezer/common";
import { LanguageType, PromQLExtension, promQLLanguage } from "@prometheus-io/codemirror-promql";

import { address } from "../../api/client";

/** Returns a text as it is read: as long as it is, with PromQL in place of what is none. */
export type Reading = (text: string) => string;

/** A variable that stands for a duration. */
export interface Offered {
  readonly label: string;
  readonly detail: string;
}

export function promql(offered: readonly Offered[], reading?: Reading): Extension {
  const url = new URL(address("prometheus"), document.baseURI).href;
  const knowing = new PromQLExtension().setComplete({ remote: { url, httpMethod: "GET" } });
  const language = languageOf(reading);
  return [
    language.extension,
    language.data.of({ autocomplete: knowing.getComplete().promQL.bind(knowing.getComplete()) }),
    language.data.of({ autocomplete: (context: CompletionContext) => variablesAt(context, offered) }),
    linter(knowing.getLinter().promQL()),
  ];
}

/** What may stand before a variable: the bracket that a duration goes into, and what of it is typed. */
const BEGUN = /(?:\[\s*|\$\w*)$/;
const ABOVE_ALL = 99;

/** Offer variables where a duration goes, and wherever one is begun. */
export function variablesAt(
  context: CompletionContext,
  offered: readonly Offered[],
): CompletionResult | null {
  const begun = context.matchBefore(BEGUN);
  if (begun === null || offered.length === 0 || isInText(context)) return null;
  return {
    from: begun.text.startsWith("$") ? begun.from : context.pos,
    options: offered.map((one) => ({ ...one, type: "variable", boost: ABOVE_ALL })),
    validFor: /^\$?\w*$/,
  };
}

/** Whether what is typed is a text in quotes, in which a sign of a variable is the end of a pattern. */
function isInText({ state, pos }: CompletionContext): boolean {
  return syntaxTree(state).resolveInner(pos, -1).name === "StringLiteral";
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
