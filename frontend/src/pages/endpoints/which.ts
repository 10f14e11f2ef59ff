/** Which requests this page is about: those of the process that the address names, or all. */

import { useFilter } from "../../app/filters";
import type { Which } from "./signals";

/** Return matchers that hold what is meant, and the process where the address names one. */
export function useWhich(meant: Which = ""): Which {
  const { instance } = useFilter();
  const own = instance === undefined ? "" : `instance=${JSON.stringify(instance)}`;
  return [meant, own].filter(Boolean).join(", ");
}
