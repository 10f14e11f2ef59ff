/** Links from what was found to where one looks further. */

import { linkTo, usePlace } from "../../app/location";
import { rangeText, type Span } from "../../time/range";

interface ToExploreProps {
  readonly query: string;
  readonly span?: Span;
  readonly children?: string;
}

/** An expression in Explore, over the time in question. */
export function ToExplore({ query, span, children = "Explore" }: ToExploreProps) {
  const here = usePlace();
  const more = span ? { query, range: rangeText({ kind: "fixed", ...whole(span) }) } : { query };
  return (
    <a
      href={linkTo("/explore", here, more)}
      className="text-accent text-xs whitespace-nowrap hover:underline"
    >
      {children}
    </a>
  );
}

/** Addresses hold whole milliseconds. */
export function whole({ sinceMs, untilMs }: Span): Span {
  return { sinceMs: Math.round(sinceMs), untilMs: Math.round(untilMs) };
}

interface ToProps {
  readonly path: string;
  readonly more?: Readonly<Record<string, string>>;
  readonly children: string;
}

/** A link within these pages that keeps the time and the filters. */
export function To({ path, more = {}, children }: ToProps) {
  const here = usePlace();
  return (
    <a href={linkTo(path, here, more)} className="text-accent hover:underline">
      {children}
    </a>
  );
}
