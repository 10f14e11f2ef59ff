/** What has to be dealt with before anything else: the browser keeps the focus in it. */

import { type ReactNode, useEffect, useId, useLayoutEffect, useRef } from "react";

interface DialogProps {
  readonly title: string;
  /** Left out where it cannot be closed without an answer. It may ask once more rather than close. */
  readonly onClose?: () => void;
  readonly isTitleShown?: boolean;
  readonly children: ReactNode;
  readonly className?: string;
}

export function Dialog({ title, onClose, isTitleShown = true, children, className = "" }: DialogProps) {
  const id = useId();
  const place = useModal(onClose);
  return (
    <dialog
      ref={place}
      aria-labelledby={id}
      onClick={(event) => {
        if (event.target === place.current) onClose?.();
      }}
      className={`bg-card text-text border-line m-auto mt-[10vh] max-h-[80vh] w-[min(36rem,calc(100vw-1rem))] overflow-hidden rounded-xl border p-0 shadow-2xl backdrop:bg-black/50 ${className}`}
    >
      <div className="flex max-h-[80vh] flex-col">
        <h2 id={id} className={isTitleShown ? "px-5 pt-4 text-base font-semibold" : "sr-only"}>
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  );
}

/** Those that are open, the one in front last. */
const open: HTMLDialogElement[] = [];

/** Open a dialog as long as it is in the page; only the page closes it. */
function useModal(onClose: (() => void) | undefined) {
  const place = useRef<HTMLDialogElement>(null);
  const latest = useRef(onClose);
  useLayoutEffect(() => {
    latest.current = onClose;
  });
  useEffect(() => {
    const dialog = place.current;
    if (dialog === null) return;
    const before = document.activeElement;
    const forget = guarded(dialog, () => latest.current?.());
    open.push(dialog);
    dialog.showModal();
    return () => {
      forget();
      open.splice(open.indexOf(dialog), 1);
      dialog.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return place;
}

/**
 * Turn every wish to close into a question to the page.
 *
 * A browser lets a page refuse the first wish alone: at the next Escape without a press between, it closes the
 * dialog itself (the close watchers of the HTML standard). Escape is therefore taken before it becomes a wish,
 * and a dialog that was closed nevertheless, as by the way back of a phone, is opened again.
 */
function guarded(dialog: HTMLDialogElement, asked: () => void): () => void {
  let focused: Element | null = null;
  const pressed = (event: KeyboardEvent) => {
    // What is in the dialog, such as a list of proposals, may need the key itself; one that is held down is one.
    if (event.key !== "Escape" || event.defaultPrevented || open.at(-1) !== dialog) return;
    event.preventDefault();
    if (!event.repeat) asked();
  };
  const cancelled = (event: Event) => {
    if (event.target !== dialog) return;
    event.preventDefault();
    asked();
  };
  const closed = (event: Event) => {
    if (event.target !== dialog || dialog.open) return;
    const last = focused;
    dialog.showModal();
    if (last instanceof HTMLElement) last.focus();
    asked();
  };
  const moved = (event: FocusEvent) => {
    focused = event.target as Element;
  };
  document.addEventListener("keydown", pressed);
  dialog.addEventListener("cancel", cancelled);
  dialog.addEventListener("close", closed);
  dialog.addEventListener("focusin", moved);
  return () => {
    document.removeEventListener("keydown", pressed);
    dialog.removeEventListener("cancel", cancelled);
    dialog.removeEventListener("close", closed);
    dialog.removeEventListener("focusin", moved);
  };
}
