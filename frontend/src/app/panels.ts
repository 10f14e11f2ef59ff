/** Which panel lies over the page. */

import { makeStore } from "./store";

export type Panel = "palette" | "keys" | null;

export const panel = makeStore<Panel>(null);
