/** The time that the address asks for, as requests and charts need it. */

import { useCallback, useMemo } from "react";

import type { Parameters } from "../api/client";
import { askedBefore, askedOf, lengthOf } from "../time/before";
import { parseRange, type Range, rangeText, type Span } from "../time/range";
import { useChange, usePlace } from "./location";
import { pageOf } from "./pages";

export { askedOf };

export interface Period {
  readonly range: Range;
  /** `since` and `until` of a request. */
  readonly asked: Parameters;
  readonly zoom: (span: Span) => void;
}

export function usePeriod(): Period {
  const { path, parameters } = usePlace();
  const change = useChange();
  const text = parameters.get("range") ?? usualOf(path);
  const range = useMemo(() => parseRange(text), [text]);
  const zoom = useCallback(
    (span: Span) => change({ range: rangeText({ kind: "fixed", ...span }) }),
    [change],
  );
  return { range, asked: useMemo(() => askedOf(range), [range]), zoom };
}

/** How far back a page looks where the address does not say it, as an address holds it. */
export function usualOf(path: string): string | null {
  return pageOf(path)?.range ?? null;
}

export interface Previous {
  /** Whether the reader wants to compare: `compare=1` in the address. */
  readonly isOn: boolean;
  /** `window` and `until` of a request for the period before. */
  readonly asked: Parameters;
  /** How far the two are apart. */
  readonly lengthMs: number;
}

/** The period of the same length before the one of the address. */
export function usePrevious(): Previous {
  const isOn = useComparison();
  const { range } = usePeriod();
  return useMemo(() => ({ isOn, asked: askedBefore(range), lengthMs: lengthOf(range) }), [isOn, range]);
}

export function useComparison(): boolean {
  return usePlace().parameters.get("compare") === "1";
}
