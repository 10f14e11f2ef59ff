/** What has to be dealt with before anything else: the browser keeps the focus in it. */

import { type ReactNode, useEffect, useId, useRef } from "react";

interface DialogProps {
  readonly title: string;
  /** Left out where it cannot be closed without an answer. */
  readonly onClose?: () => void;
  readonly isTitleShown?: boolean;
  readonly children: ReactNode;
  readonly className?: string;
}

export function Dialog({ title, onClose, isTitleShown = true, children, className = "" }: DialogProps) {
  const place = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = place.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={place}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
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
