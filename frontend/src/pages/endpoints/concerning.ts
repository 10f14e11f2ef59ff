/** What of alerts and anomalies is about one endpoint. */

import { METHOD, ROUTE } from "./signals";

interface About {
  readonly labels: Readonly<Record<string, string>>;
  /** In PromQL: what it was found by. */
  readonly expr: string;
}

interface Named {
  readonly method: string;
  readonly route: string;
}

/** Whether its labels or its expression name the endpoint; what names a route and no method is about all of them. */
export function concerns({ labels, expr }: About, { method, route }: Named): boolean {
  const itsRoute = labels[ROUTE] ?? matcherOf(expr, ROUTE);
  const itsMethod = labels[METHOD] ?? matcherOf(expr, METHOD);
  return itsRoute === route && (itsMethod === undefined || itsMethod === method);
}

function matcherOf(expr: string, label: string): string | undefined {
  const found = new RegExp(`\\b${label}\\s*=\\s*("(?:\\\\.|[^"\\\\])*")`).exec(expr)?.[1];
  if (found === undefined) return undefined;
  try {
    return JSON.parse(found) as string;
  } catch {
    return undefined; // an escape that Go knows and JSON does not
  }
}
