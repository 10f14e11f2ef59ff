/** Where to go; how many alerts fire is seen from everywhere. */

import { useFiring } from "./firing";
import { linkTo, usePlace } from "./location";
import { pageOf, PAGES } from "./pages";

export function Navigation() {
  const here = usePlace();
  const current = pageOf(here.path);
  const firing = useFiring();
  return (
    <nav
      aria-label="Pages"
      className="border-line flex gap-1 overflow-x-auto border-b p-2 md:sticky md:top-0 md:h-screen md:w-48 md:shrink-0 md:flex-col md:border-r md:border-b-0 md:p-4"
    >
      {PAGES.map((page) => (
        <a
          key={page.path}
          href={linkTo(page.path, here)}
          aria-current={page === current ? "page" : undefined}
          className="hover:bg-raised aria-[current=page]:bg-raised flex items-center justify-between gap-2 rounded-lg px-3 py-2 text-sm whitespace-nowrap aria-[current=page]:font-semibold"
        >
          {page.name}
          {page.path === "/alerts" && firing > 0 ? (
            <span className="bg-bad text-card rounded-full px-1.5 text-xs font-semibold">
              {firing}
              <span className="sr-only"> firing</span>
            </span>
          ) : null}
        </a>
      ))}
    </nav>
  );
}
