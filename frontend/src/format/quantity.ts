/** Values as people read them: with the prefix and the unit that suit. */

const NO_VALUE = "–";
const DECIMAL = ["", "k", "M", "G", "T", "P"] as const;
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi"] as const;
const SMALL: readonly (readonly [number, string])[] = [
  [1, "s"],
  [1e-3, "ms"],
  [1e-6, "µs"],
  [1e-9, "ns"],
];
const LONG: readonly (readonly [number, string])[] = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
];

/** What is smaller is the rest of a sum rather than an amount: a mean of nothing goes down for ever. */
export const NEXT_TO_NOTHING = 1e-9;

/**
 * Write a value with its unit.
 *
 * @param unit in UCUM: `s`, `By`, `1` for a ratio, `{request}`, each perhaps with `/s` behind it.
 */
export function quantity(value: number | null | undefined, unit = ""): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NO_VALUE;
  const perSecond = unit.endsWith("/s");
  // So many a second is no share of anything.
  const base = unit === "1/s" ? "" : perSecond ? unit.slice(0, -2) : unit;
  return `${inUnit(value, base)}${perSecond ? "/s" : ""}`;
}

/** Write from what to what something goes; what is written alike is written once. */
export function between(low: number, high: number, unit: string): string {
  const [least, most] = [quantity(low, unit), quantity(high, unit)];
  return least === most ? least : `${least} to ${most}`;
}

function inUnit(value: number, unit: string): string {
  switch (unit) {
    case "s":
      return seconds(value);
    case "By":
      return `${scaled(value, 1024, BINARY)}B`.replace(/(\d)([KMGTP]?i?B)$/, "$1 $2");
    case "1":
      return `${digits(value * 100)}%`;
    case "%":
      return `${digits(value)}%`;
    default:
      return scaled(value, 1000, DECIMAL);
  }
}

/** A thousandth of the smallest unit. */
const LEAST_S = 1e-12;

/** Write a duration: two parts from a minute on, one with a prefix below. */
export function seconds(value: number): string {
  const size = Math.abs(value);
  if (size < LEAST_S) return "0 s";
  const sign = value < 0 ? "-" : "";
  if (size >= 60) return sign + longer(size);
  const [factor, name] = SMALL.find(([least]) => size >= least) ?? [1e-9, "ns"];
  return `${sign}${digits(size / factor)} ${name}`;
}

function longer(size: number): string {
  const whole = Math.round(size);
  const at = LONG.findIndex(([least]) => whole >= least);
  const [factor, name] = LONG[at] ?? [60, "min"];
  const [below, belowName] = LONG[at + 1] ?? [1, "s"];
  const first = Math.floor(whole / factor);
  const rest = Math.floor((whole - first * factor) / below);
  return rest ? `${first} ${name} ${rest} ${belowName}` : `${first} ${name}`;
}

function scaled(value: number, base: number, prefixes: readonly string[]): string {
  const size = Math.abs(value);
  let power = size < 1 ? 0 : Math.floor(Math.log(size) / Math.log(base));
  power = Math.min(power, prefixes.length - 1);
  // What is shown is rounded: 1023.9 bytes are 1 KiB.
  if (rounded(size / base ** power) >= base && power < prefixes.length - 1) power += 1;
  return `${digits(value / base ** power)}${prefixes[power] ?? ""}`;
}

/** Write a number in three significant digits, whole ones in full. */
export function digits(value: number): string {
  const size = Math.abs(value);
  if (size < NEXT_TO_NOTHING) return "0";
  if (size < 0.001) return value.toExponential(1);
  return size >= 1000 ? grouped(rounded(value)) : String(rounded(value));
}

/** Set the thousands of a whole number apart; by hand, since a browser's first `Intl` takes it 40 ms. */
function grouped(value: number): string {
  return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ",");
}

function rounded(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
}

/** Write a relative change with its sign. */
export function change(ratio: number | null | undefined): string {
  if (ratio === null || ratio === undefined || !Number.isFinite(ratio)) return "";
  const percent = ratio * 100;
  const shown = Math.abs(percent) >= 10 ? percent.toFixed(0) : percent.toFixed(1);
  return `${percent > 0 ? "+" : ""}${shown.replace(/\.0$/, "")}%`;
}

/** Return the ratio of a percentage, which the API tells of changes; nothing where it is not known. */
export function fromPercent(percent: number | null): number | null {
  return percent === null ? null : percent / 100;
}
