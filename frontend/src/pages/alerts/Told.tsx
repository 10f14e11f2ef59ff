/** What came of something that was done: told where it was asked for, and to those who do not see it. */

import { useEffect, useRef } from "react";

import { Problem } from "../../api/client";

const FORBIDDEN = 403;

/** Why something was refused; nothing where it was not. */
export function Refused({ error }: { error: Error | null }) {
  if (error === null) return null;
  const isForbidden = error instanceof Problem && error.status === FORBIDDEN;
  return (
    <p role="alert" className="border-bad text-bad rounded-lg border px-3 py-2 text-sm break-words">
      {isForbidden ? `Not allowed: ${error.message}` : error.message}
    </p>
  );
}

/**
 * What was done, in a place that is always there so that screen readers hear of it.
 *
 * It takes the focus where what had it has gone, such as the form in which something was asked for.
 */
export function Told({ children }: { children: string }) {
  const place = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (children && document.activeElement === document.body) place.current?.focus({ preventScroll: true });
  }, [children]);
  return (
    <p
      ref={place}
      role="status"
      tabIndex={-1}
      className={children ? "text-good mb-3 text-sm font-medium" : "sr-only"}
    >
      {children ? `✓ ${children}` : ""}
    </p>
  );
}
