/** The parts of a page, each of them a link. */

import { useEffect, useRef } from "react";

import { linkTo, usePlace } from "../app/location";

export interface Tab {
  readonly path: string;
  readonly title: string;
}

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly Tab[];
  /** The path of the one that is shown. */
  readonly chosen: string;
}

export function Tabs({ label, tabs, chosen }: TabsProps) {
  const here = usePlace();
  const bar = useShown(chosen);
  return (
    <nav
      ref={bar}
      aria-label={label}
      className="border-line mb-4 relative flex gap-1 overflow-x-auto border-b"
    >
      {tabs.map(({ path, title }) => (
        <a
          key={path}
          href={linkTo(path, here)}
          aria-current={path === chosen ? "page" : undefined}
          className="text-quiet hover:text-text aria-[current=page]:border-accent aria-[current=page]:text-text -mb-px border-b-2 border-transparent px-3 py-2 text-sm whitespace-nowrap aria-[current=page]:font-semibold"
        >
          {title}
        </a>
      ))}
    </nav>
  );
}

/** Return the bar that moves so that what is chosen is in sight, where not all of them fit. */
function useShown(chosen: string) {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    const nav = bar.current;
    const link = nav?.querySelector<HTMLElement>('[aria-current="page"]');
    if (nav && link) nav.scrollLeft = link.offsetLeft - (nav.clientWidth - link.offsetWidth) / 2;
  }, [chosen]);
  return bar;
}
