/** The page that the address names; the focus follows it to its heading. */

import { Suspense, useEffect, useRef } from "react";

import { FilterNote } from "./FilterNote";
import { usePlace } from "./location";
import { Mishap } from "./Mishap";
import { pageOf } from "./pages";
import { useTitle } from "./title";

export function Content() {
  const { path } = usePlace();
  const page = pageOf(path);
  const name = page?.name ?? "Not found";
  const heading = useHeading(path);
  useTitle(name);
  return (
    <>
      <h1
        ref={heading}
        tabIndex={-1}
        className="mb-4 text-xl font-semibold tracking-tight focus-visible:outline-none"
      >
        {name}
      </h1>
      {page === undefined ? (
        <p>There is no page here; the navigation leads to those that there are.</p>
      ) : (
        <Mishap key={page.path}>
          <FilterNote filteredBy={page.filteredBy ?? []} isPartly={page.isPartlyFiltered ?? false} />
          <Suspense fallback={<div role="status" aria-label="Loading" className="h-96" />}>
            <page.Body />
          </Suspense>
        </Mishap>
      )}
    </>
  );
}

/** Return what takes the focus whenever the path is another one. */
function useHeading(path: string) {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    window.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, [path]);
  return heading;
}
