/** What the first page will ask is asked while its script is still on the way. */

import type { QueryClient } from "@tanstack/react-query";

import { askAhead } from "../api/questions";
import { parseRange } from "../time/range";
import { parsePlace } from "./location";
import { askedOf, usualOf } from "./period";

/** Ask for the overview where the address leads there. */
export function askFirst(client: QueryClient, hash = window.location.hash): void {
  const { path, parameters } = parsePlace(hash);
  if (path !== "/") return;
  const range = parseRange(parameters.get("range") ?? usualOf(path));
  askAhead(client, "dashboard", askedOf(range));
}
