/** Says where a filter of the address does not hold, rather than show figures as if it did. */

import { filterText } from "./bar/Filters";
import { type Filter, type FilterName, FILTERS, useFilter, useInstances } from "./filters";

interface FilterNoteProps {
  readonly filteredBy: readonly FilterName[];
  /** Whether the filter holds for the charts of the page. */
  readonly isPartly: boolean;
}

export function FilterNote({ filteredBy, isPartly }: FilterNoteProps) {
  const rest = without(useFilter(), filteredBy);
  const text = filterText(rest, useInstances() ?? []);
  if (!text) return null;
  return (
    <p role="note" className="border-warn mb-4 rounded-lg border px-4 py-2 text-sm">
      {isPartly ? (
        <>
          <strong className="font-medium">Charts alone are filtered</strong> ({text}); everything else on this
          page is of all processes.
        </>
      ) : (
        <>
          <strong className="font-medium">Not filtered.</strong> What this page shows is of all processes: the
          filter ({text}) does not hold here.
        </>
      )}
    </p>
  );
}

/** The part of a filter that a page knows nothing of. */
export function without(filter: Filter, filteredBy: readonly FilterName[]): Filter {
  const rest = FILTERS.filter((name) => filter[name] !== undefined && !filteredBy.includes(name));
  return Object.fromEntries(rest.map((name) => [name, filter[name]]));
}
