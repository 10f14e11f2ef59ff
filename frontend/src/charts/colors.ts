/** Colours of the scheme that the page shows, for what is drawn on a canvas. */

const SERIES = 6;

/** Looking a colour up makes the browser work out styles; a scheme has some twenty of them. */
const known = new Map<string, string>();
const listeners = new Set<() => void>();

export function color(role: string): string {
  const found = known.get(role) ?? lookedUp(role);
  known.set(role, found);
  return found;
}

function lookedUp(role: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${role})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

export function seriesRole(at: number): string {
  return `series-${(at % SERIES) + 1}`;
}

/** Return the colour with an opacity, as canvas takes it. */
export function faded(role: string, opacity: number): string {
  const found = /\d+(\.\d+)?/g;
  const [red = "0", green = "0", blue = "0"] = color(role).match(found) ?? [];
  return `rgb(${red} ${green} ${blue} / ${opacity})`;
}

/** Tell everybody who draws that the scheme is another one. */
export function schemeChanged(): void {
  known.clear();
  for (const listener of listeners) listener();
}

/** Call back whenever the scheme is another one; what is returned ends that. */
export function onScheme(listener: () => void): () => void {
  if (listeners.size === 0) darkness()?.addEventListener("change", schemeChanged);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) darkness()?.removeEventListener("change", schemeChanged);
  };
}

let query: MediaQueryList | undefined;

function darkness(): MediaQueryList | undefined {
  query ??= window.matchMedia("(prefers-color-scheme: dark)");
  return query;
}
