/** What this browser remembers of a reader's choices, where it is allowed to. */

const PREFIX = "otel-monitoring.";

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null; // the browser keeps nothing for this page
  }
}

export function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // It holds for as long as the page is open.
  }
}
