/** A button that opens a small panel below itself; Escape, a click beside it and leaving it close it again. */

import { type ReactNode, useEffect, useId, useRef, useState } from "react";

import { Button } from "./Button";

interface MenuProps {
  /** What the button says. */
  readonly text: ReactNode;
  /** What the button is called where its text does not say it. */
  readonly label?: string;
  readonly title: string;
  readonly children: (close: () => void) => ReactNode;
}

export function Menu({ text, label, title, children }: MenuProps) {
  const [isOpen, setIsOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const id = useId();
  const close = () => setIsOpen(false);
  useEffect(() => {
    if (!isOpen) return;
    const { current: whole } = place;
    whole?.querySelector<HTMLElement>("[data-panel] :is(button, select, input, a)")?.focus();
    const pressed = (event: PointerEvent) => {
      if (!whole?.contains(event.target as Node)) setIsOpen(false);
    };
    document.addEventListener("pointerdown", pressed);
    return () => {
      document.removeEventListener("pointerdown", pressed);
      // What had the focus is gone with the panel, unless something else was chosen.
      if (document.activeElement === document.body) whole?.querySelector("button")?.focus();
    };
  }, [isOpen]);
  return (
    <div
      ref={place}
      className="relative min-w-0"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isOpen) return;
        event.stopPropagation();
        event.preventDefault(); // the browser would close what it stands in as well
        close();
      }}
      onBlur={(event) => {
        const next = event.relatedTarget;
        if (next !== null && !event.currentTarget.contains(next)) close();
      }}
    >
      <Button
        aria-label={label}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setIsOpen(!isOpen)}
        className="bg-card max-w-full truncate sm:max-w-60"
      >
        {text}
      </Button>
      {isOpen ? (
        <div
          id={id}
          data-panel
          role="dialog"
          aria-label={title}
          className="bg-card border-line fixed inset-x-2 z-30 mt-1 max-h-[80vh] overflow-y-auto rounded-xl border p-4 shadow-lg md:absolute md:inset-x-auto md:right-0 md:w-80"
        >
          {children(close)}
        </div>
      ) : null}
    </div>
  );
}
