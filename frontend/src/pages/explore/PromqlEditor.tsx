/**
 * A field for PromQL: coloured, with completion of metrics, labels, values and functions, and mistakes at their place.
 *
 * It lives in a shadow root, where its styles are made by script: the policy of the page allows none in the page itself.
 */

import { EditorView } from "@codemirror/view";
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";

import { extensionsOf } from "./editor";
import type { Offered, Reading } from "./promql";

export interface EditorProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onSubmit: () => void;
  /** Whether it cannot stay as it is; what is wrong is said beside it. */
  readonly isWrong?: boolean;
  /** How variables in it are read; left out where there are none. */
  readonly reading?: Reading;
  /** The variables that completion offers where a duration goes. */
  readonly offered?: readonly Offered[];
  /** Where somebody is typing as the editor comes; nothing where nobody is. */
  readonly cursor: RefObject<number | null>;
}

export default function PromqlEditor(props: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  /** What was typed and did not come back yet: the page takes it in a moment later, when more may be typed. */
  const told = useRef<string[]>([]);
  const latest = useRef(props);
  useLayoutEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    const root = place.current?.shadowRoot ?? place.current?.attachShadow({ mode: "open" });
    if (root === undefined) return;
    const made = new EditorView({
      doc: latest.current.value,
      root,
      parent: root,
      extensions: extensionsOf({
        label: latest.current.label,
        reading: latest.current.reading,
        offered: latest.current.offered ?? [],
        changed: (text) => {
          told.current.push(text);
          latest.current.onChange(text);
        },
        submitted: () => latest.current.onSubmit(),
      }),
    });
    view.current = made;
    goOn(made, latest.current.cursor.current);
    return () => {
      made.destroy();
      view.current = null;
    };
  }, []);

  useEffect(() => {
    const made = view.current;
    const at = told.current.indexOf(props.value);
    told.current.splice(0, at + 1);
    if (made === null || at >= 0 || made.state.doc.toString() === props.value) return;
    made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: props.value } });
    told.current = [];
  }, [props.value]);

  return (
    <div
      ref={place}
      className={`bg-card focus-within:outline-accent min-h-10 min-w-0 flex-1 rounded-lg border focus-within:outline-2 ${props.isWrong ? "border-bad" : "border-line"}`}
    />
  );
}

/** Whoever was typing goes on at the same place. */
function goOn(view: EditorView, cursor: number | null): void {
  if (cursor === null) return;
  view.focus();
  view.dispatch({ selection: { anchor: Math.min(cursor, view.state.doc.length) } });
}
