/** The unit of what an expression answers, as far as the names of its metrics tell. */

const UNITS: readonly (readonly [string, string])[] = [
  ["_seconds", "s"],
  ["_bytes", "By"],
  ["_ratio", "1"],
  ["_percent", "%"],
];
const WORD = /[a-zA-Z_:][a-zA-Z0-9_:]*/g;
const RATE = /\b(?:rate|irate|deriv)\s*\(/;
const QUANTILE = /\bhistogram_quantile\s*\(/;
const MEAN = /_(seconds|bytes)_sum\b.*\/.*_\1_count\b/s;

/** Return a unit in UCUM; empty for a plain number, and where the names do not agree. */
export function unitOf(query: string): string {
  const text = withoutLabels(query);
  const mean = MEAN.exec(text)?.[1];
  if (mean !== undefined) return mean === "seconds" ? "s" : "By";
  if (text.includes("/")) return "";
  const units = new Set((text.match(WORD) ?? []).map(unitOfName).filter((unit) => unit !== null));
  const [unit = ""] = units.size === 1 ? units : [];
  return RATE.test(text) && !QUANTILE.test(text) ? perSecond(unit) : unit;
}

/** Matchers and groupings hold names that are no metrics. */
function withoutLabels(query: string): string {
  return query
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, "")
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, "");
}

function unitOfName(name: string): string | null {
  if (name.endsWith("_count")) return "";
  const bare = name.replace(/_(total|sum|bucket|min|max)$/, "");
  const found = UNITS.find(([suffix]) => bare.endsWith(suffix));
  return found?.[1] ?? (name.endsWith("_total") ? "" : null);
}

/** Seconds in a second are a share of the time. */
function perSecond(unit: string): string {
  return unit === "s" ? "1" : `${unit}/s`;
}
