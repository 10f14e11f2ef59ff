/** A report as `GET /reports/{kind}` answers it, version 1. */

export interface ReportDocument {
  readonly version: number;
  readonly kind: string;
  readonly title: string;
  readonly start: string;
  readonly end: string;
  readonly beforeStart: string;
  readonly timeZone: string;
  readonly generatedAt: string;
  readonly sections: readonly Section[];
}

export interface Section {
  readonly name: string;
  readonly title: string;
  readonly figures: readonly ReportFigure[];
  readonly tables: readonly ReportTable[];
  readonly charts: readonly ReportChart[];
  readonly advice: readonly ReportAdvice[];
  /** Why there is no data, above all. */
  readonly notes: readonly string[];
}

export interface ReportFigure {
  readonly label: string;
  readonly value: number | null;
  readonly unit: string;
  readonly before: number | null;
  /** How much it grew, as a share of what it was. */
  readonly change: number | null;
  readonly verdict: "good" | "bad" | null;
}

export interface ReportTable {
  readonly title: string;
  readonly columns: readonly { readonly head: string; readonly unit: string }[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export interface ReportChart {
  readonly title: string;
  readonly unit: string;
  readonly times: readonly string[];
  readonly lines: readonly {
    readonly name: string;
    readonly isBefore: boolean;
    readonly values: readonly (number | null)[];
  }[];
}

export interface ReportAdvice {
  readonly sentence: string;
  readonly advice: string;
  readonly why: string;
  readonly isNew: boolean;
}

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
