/**
 * A field for PromQL: coloured, with completion of metrics, labels, values and functions, and mistakes at their place.
 *
 * It lives in a shadow root, where its styles are made by script: the policy of the page allows none in the page itself.
 */

import { EditorView } from "@codemirror/view";
import { useEffect, useLayoutEffect, useRef } from "react";

import { extensionsOf } from "./editor";

export interface EditorProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onSubmit: () => void;
}

export default function PromqlEditor(props: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
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
        changed: (text) => latest.current.onChange(text),
        submitted: () => latest.current.onSubmit(),
      }),
    });
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, []);

  useEffect(() => {
    const made = view.current;
    const there = made?.state.doc.toString();
    if (made === null || there === props.value) return;
    made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: props.value } });
  }, [props.value]);

  return (
    <div
      ref={place}
      className="border-line bg-card focus-within:outline-accent min-h-10 min-w-0 flex-1 rounded-lg border focus-within:outline-2"
    />
  );
}
