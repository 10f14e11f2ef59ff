/** Values of many panels that come at once are shown in turn. */

import { useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";

import { turns } from "../../charts/turns";

/** Return a value as it was when it last had its turn; the first one is shown at once. */
export function useTurn<Value>(value: Value | undefined): Value | undefined {
  const [shown, setShown] = useState(value);
  const isFirst = shown === undefined;
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
    // All of it within the turn, so that what it takes is counted.
    const go = () => flushSync(() => setShown(latest.current));
    turns.add(go);
    return () => turns.remove(go);
  }, [value]);
  return isFirst ? value : shown;
}
