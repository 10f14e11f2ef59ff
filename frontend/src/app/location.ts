/** Where the reader is: a path and its parameters behind the `#`, so that every view is a link. */

import { useCallback, useMemo, useSyncExternalStore } from "react";

export interface Place {
  readonly path: string;
  readonly parameters: URLSearchParams;
}

/** Parameters that stay when a reader goes to another page. */
const KEPT = [
  "range",
  "instance",
  "environment",
  "version",
  "compare",
  "markers",
  "refresh",
  "wall",
] as const;

export function parsePlace(hash: string): Place {
  const text = hash.replace(/^#/, "");
  const at = text.indexOf("?");
  const path = at < 0 ? text : text.slice(0, at);
  return { path: path || "/", parameters: new URLSearchParams(at < 0 ? "" : text.slice(at + 1)) };
}

export function placeText(path: string, parameters: URLSearchParams): string {
  const query = parameters.toString();
  return `#${path}${query ? `?${query}` : ""}`;
}

/** Return a part of a path as it is meant; one that was typed by hand may not be encoded. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Return a link to another page that keeps the range and the filters. */
export function linkTo(path: string, here: Place, more: Readonly<Record<string, string>> = {}): string {
  const parameters = new URLSearchParams();
  for (const name of KEPT) {
    const value = here.parameters.get(name);
    if (value) parameters.set(name, value);
  }
  for (const [name, value] of Object.entries(more)) parameters.set(name, value);
  return placeText(path, parameters);
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

export function usePlace(): Place {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return useMemo(() => parsePlace(hash), [hash]);
}

/** Return what changes parameters of the present page; an empty value takes one away. */
export function useChange(): (changes: Readonly<Record<string, string>>, replace?: boolean) => void {
  return useCallback((changes, replace = false) => {
    const { path, parameters } = parsePlace(window.location.hash);
    for (const [name, value] of Object.entries(changes)) {
      if (value) parameters.set(name, value);
      else parameters.delete(name);
    }
    const address = placeText(path, parameters);
    if (!replace) {
      window.location.hash = address;
      return;
    }
    history.replaceState(null, "", address);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  }, []);
}
