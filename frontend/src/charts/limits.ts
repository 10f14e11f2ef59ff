import { NEXT_TO_NOTHING } from "../format/quantity";

/** Return the limits of the values: from nothing on where they are above it, and with the threshold in sight. */
export function limitsOf(low: number | null, high: number | null, threshold?: number): [number, number] {
  const known = [low, high, threshold].filter(
    (value): value is number => value !== null && value !== undefined,
  );
  if (known.length === 0) return [0, 1];
  const least = Math.min(0, ...known);
  const most = Math.max(...known);
  return most - least > NEXT_TO_NOTHING ? [least, most + (most - least) * 0.08] : [least, least + 1];
}
