/** The parts of the alerts, and which of them a path shows. */

import { decoded } from "../../app/location";
import type { Tab } from "../../ui/Tabs";

export const BASE = "/alerts";

export const TABS = [
  { path: BASE, title: "Active" },
  { path: `${BASE}/history`, title: "History" },
  { path: `${BASE}/silences`, title: "Silences" },
  { path: `${BASE}/rules`, title: "Rules" },
  { path: `${BASE}/receivers`, title: "Receivers" },
] as const satisfies readonly Tab[];

export type TabPath = (typeof TABS)[number]["path"];

export type Shown =
  | { readonly kind: "tab"; readonly path: TabPath }
  | { readonly kind: "alert"; readonly fingerprint: string }
  | { readonly kind: "rule"; readonly name: string };

/** Read a path below the alerts; what is none of them is the list of what is active. */
export function shownBy(path: string): Shown {
  const [part = "", rest = ""] = path.slice(BASE.length + 1).split("/");
  if (/^[0-9a-f]{16}$/.test(part)) return { kind: "alert", fingerprint: part };
  if (part === "rules" && rest) return { kind: "rule", name: decoded(rest) };
  return { kind: "tab", path: TABS.find((one) => one.path === `${BASE}/${part}`)?.path ?? BASE };
}

export function alertPath(fingerprint: string): string {
  return `${BASE}/${fingerprint}`;
}

export function rulePath(name: string): string {
  return `${BASE}/rules/${encodeURIComponent(name)}`;
}
