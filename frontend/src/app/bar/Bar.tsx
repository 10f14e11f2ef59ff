/** What stands above every page: search, filters, time, comparison, freshness. */

import { Button } from "../../ui/Button";
import { useChange } from "../location";
import { panel } from "../panels";
import { useComparison } from "../period";
import { Filters } from "./Filters";
import { Freshness } from "./Freshness";
import { More } from "./More";
import { TimeRange } from "./TimeRange";

export function Bar() {
  return (
    // On a phone two rows: what does not fit into its own is shortened, rather than put into a third.
    <header className="bg-page/95 z-20 grid grid-cols-[auto_minmax(0,1fr)_auto_auto] items-center gap-2 px-4 py-3 sm:flex sm:flex-wrap md:sticky md:top-0 md:px-6 md:backdrop-blur">
      <Button
        aria-haspopup="dialog"
        aria-keyshortcuts="Control+K Meta+K"
        onClick={() => panel.set("palette")}
        className="bg-card text-quiet mr-auto"
      >
        Search<span className="hidden sm:inline"> or jump to…</span>
        <kbd className="border-line ml-3 hidden rounded border px-1 text-xs md:inline">Ctrl K</kbd>
      </Button>
      <Filters />
      <Compare />
      <div className="flex min-w-0 items-center gap-2 max-sm:order-1 max-sm:col-span-full max-sm:justify-between">
        <TimeRange />
        <Freshness />
      </div>
      <More />
    </header>
  );
}

function Compare() {
  const change = useChange();
  const isOn = useComparison();
  return (
    <Button
      aria-pressed={isOn}
      title="Compare with the period before  c"
      className="bg-card aria-pressed:border-accent aria-pressed:text-accent"
      onClick={() => change({ compare: isOn ? "" : "1" }, true)}
    >
      Compare
    </Button>
  );
}
