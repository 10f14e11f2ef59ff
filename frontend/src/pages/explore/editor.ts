/** What makes a field an editor of PromQL. */

import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  completionStatus,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, insertNewline } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap } from "@codemirror/lint";
import { type Extension, Prec } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";

import { type Offered, promql, type Reading } from "./promql";

interface Told {
  readonly label: string;
  readonly reading: Reading | undefined;
  readonly offered: readonly Offered[];
  readonly changed: (text: string) => void;
  readonly submitted: () => void;
}

const COLORS = HighlightStyle.define([
  { tag: tags.function(tags.variableName), color: "var(--series-1)" },
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--series-4)" },
  { tag: tags.string, color: "var(--series-3)" },
  { tag: [tags.number, tags.integer, tags.float], color: "var(--series-2)" },
  { tag: tags.labelName, color: "var(--series-5)" },
  { tag: tags.lineComment, color: "var(--quiet)", fontStyle: "italic" },
  { tag: tags.invalid, color: "var(--bad)" },
]);

/** By roles of the colours, which reach into a shadow root; what is drawn as a picture would be refused. */
const THEME = EditorView.theme({
  "&": { color: "var(--text)", fontSize: "14px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" },
  ".cm-content": { padding: "9px 6px", caretColor: "var(--text)" },
  ".cm-placeholder": { color: "var(--quiet)" },
  ".cm-tooltip": {
    backgroundColor: "var(--card)",
    color: "var(--text)",
    border: "1px solid var(--line)",
    borderRadius: "8px",
    overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete": { marginTop: "6px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 8px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--accent)",
    color: "var(--card)",
  },
  ".cm-completionDetail": { color: "inherit", opacity: "0.75" },
  ".cm-completionInfo": { maxWidth: "320px", padding: "6px 10px" },
  ".cm-completionIcon": { display: "none" },
  ".cm-lintRange-error, .cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--bad) 1px",
    textUnderlineOffset: "4px",
  },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--bad)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--raised)", outline: "1px solid var(--line)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent", color: "var(--bad)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 30%, transparent)",
  },
});

export function extensionsOf({ label, reading, offered, changed, submitted }: Told): Extension {
  const submit = () => {
    submitted();
    return true;
  };
  return [
    history(),
    bracketMatching(),
    closeBrackets(),
    autocompletion(),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocorrect: "off" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) changed(update.state.doc.toString());
    }),
    placeholder("An expression of PromQL; Ctrl+Space completes"),
    Prec.highest(
      keymap.of([
        // Enter takes what is proposed where something is, and else asks.
        { key: "Enter", run: (view) => completionStatus(view.state) !== "active" && submit() },
        { key: "Mod-Enter", run: submit },
        { key: "Shift-Enter", run: insertNewline },
      ]),
    ),
    keymap.of([
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...historyKeymap,
      ...completionKeymap,
      ...lintKeymap, // F8 leads from mistake to mistake
    ]),
    syntaxHighlighting(COLORS),
    THEME,
    promql(offered, reading),
  ];
}
