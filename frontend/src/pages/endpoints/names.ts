/** How an endpoint is called, and where its page is. */

import { decoded } from "../../app/location";

interface Named {
  readonly method: string;
  readonly route: string;
}

export const BASE = "/endpoints/";

export function nameOf({ method, route }: Named): string {
  return `${method} ${route || "(no route)"}`;
}

export function pathOf({ method, route }: Named): string {
  return `${BASE}${encodeURIComponent(`${method} ${route}`)}`;
}

/** Read the path of an endpoint's page; nothing where it is that of all endpoints. */
export function endpointOf(path: string): Named | null {
  if (!path.startsWith(BASE)) return null;
  const [method = "", ...rest] = decoded(path.slice(BASE.length)).split(" ");
  return { method, route: rest.join(" ") };
}
