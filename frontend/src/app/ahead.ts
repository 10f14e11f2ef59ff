/** What the first page will ask is asked while its script is still on the way. */

import type { QueryClient } from "@tanstack/react-query";

import { askAhead } from "../api/questions";
import { parseRange } from "../time/range";
import { INSTANCES } from "./filters";
import { parsePlace } from "./location";
import { askedOf, usualOf } from "./period";

/**
 * Ask for what stands around every page, and for the overview where the address leads there. What is on its way
 * when its reader is drawn first need not be drawn once more when it sets out.
 */
export function askFirst(client: QueryClient, hash = window.location.hash): void {
  const { path, parameters } = parsePlace(hash);
  if (path === "/") {
    const range = parseRange(parameters.get("range") ?? usualOf(path));
    askAhead(client, "dashboard", askedOf(range));
  }
  askAhead(client, "alerts", {});
  askAhead(client, "instances", INSTANCES);
}
