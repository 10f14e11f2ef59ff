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
    <header className="bg-page/95 z-20 flex flex-wrap items-center gap-2 px-4 py-3 md:sticky md:top-0 md:px-6 md:backdrop-blur">
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
      <div className="flex flex-wrap items-center gap-2 max-sm:order-1">
        <TimeRange />
        <Compare />
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
