/** Where PromQL is written: in a plain field at first, and in the editor as soon as that has come. */

import { type KeyboardEvent, lazy, type RefObject, Suspense, useRef } from "react";

import type { EditorProps } from "./PromqlEditor";

/** Where the editor cannot be had, the plain field goes on to serve. */
const PromqlEditor = lazy(() => import("./PromqlEditor").catch(() => ({ default: PlainEditor })));

export function Expression(props: Omit<EditorProps, "cursor">) {
  const cursor = useRef<number | null>(null);
  return (
    <Suspense fallback={<PlainEditor {...props} cursor={cursor} />}>
      <PromqlEditor {...props} cursor={cursor} />
    </Suspense>
  );
}

/** It notes where somebody types, so that they go on at that place in the editor. */
function PlainEditor({ label, value, isWrong, cursor, onChange, onSubmit }: EditorProps) {
  const pressed = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    onSubmit();
  };
  return (
    <textarea
      aria-label={label}
      aria-invalid={isWrong}
      spellCheck={false}
      autoComplete="off"
      rows={1}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={pressed}
      onSelect={(event) => note(cursor, event.currentTarget.selectionStart)}
      onBlur={() => note(cursor, null)}
      className="border-line bg-card aria-invalid:border-bad field-sizing-content min-h-10 min-w-0 flex-1 resize-none rounded-lg border px-2 py-[9px] font-mono text-sm"
    />
  );
}

function note(cursor: RefObject<number | null>, at: number | null): void {
  cursor.current = at;
}
