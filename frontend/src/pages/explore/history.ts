/** What was asked here before, kept in this browser alone. */

const KEY = "otel-monitoring.explore";
const MOST = 30;
const LONGEST = 2000;

/** Put an expression in front of those before it, each of them once. */
export function remembered(before: readonly string[], query: string): readonly string[] {
  const text = query.trim();
  if (text === "" || text.length > LONGEST) return before;
  return [text, ...before.filter((one) => one !== text)].slice(0, MOST);
}

export function readHistory(): readonly string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one === "string").slice(0, MOST) : [];
  } catch {
    return []; // storage is off, or something else wrote there
  }
}

export function writeHistory(queries: readonly string[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(queries));
  } catch {
    // Storage is off or full: the page does without.
  }
}
