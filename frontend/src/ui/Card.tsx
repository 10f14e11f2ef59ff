/** A part of a page with a title of its own. */

import { type ReactNode, useId } from "react";

interface CardProps {
  readonly title: string;
  readonly children: ReactNode;
  /** What stands beside the title, such as a link to more. */
  readonly aside?: ReactNode;
  readonly className?: string;
}

export function Card({ title, children, aside, className = "" }: CardProps) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className={`bg-card border-line flex min-w-0 flex-col rounded-xl border p-4 ${className}`}
    >
      <header className="mb-3 flex flex-wrap items-baseline justify-between gap-3">
        <h2 id={id} className="min-w-0 text-sm font-semibold [overflow-wrap:anywhere]">
          {title}
        </h2>
        {aside}
      </header>
      {children}
    </section>
  );
}
