/** The kinds of reports, and what their files are called. */

export const KINDS = ["daily", "weekly", "monthly"] as const;
export type Kind = (typeof KINDS)[number];

const LENGTHS: Readonly<Record<Kind, string>> = { daily: "a day", weekly: "seven days", monthly: "a month" };

export function kindOf(text: string | undefined): Kind | null {
  return KINDS.find((one) => one === text) ?? null;
}

export function lengthText(kind: Kind): string {
  return LENGTHS[kind];
}

/** Return what a file of a report is called. */
export function fileName(kind: Kind, end: string, suffix: string): string {
  return `${kind}-report${end ? `-${end.slice(0, 10)}` : ""}.${suffix}`;
}
