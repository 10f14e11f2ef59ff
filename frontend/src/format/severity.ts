/** How bad a severity is. */

const RANKS: Readonly<Record<string, number>> = {
  critical: 0,
  page: 0,
  emergency: 0,
  error: 1,
  high: 1,
  warning: 2,
  warn: 2,
  info: 4,
};
const NOT_SAID = 3;

/** Return the place of a severity, the worst in front; one that is not known is worse than a mere note. */
export function rankOf(severity: string | undefined): number {
  return RANKS[severity?.toLowerCase() ?? ""] ?? NOT_SAID;
}
