/** When something was noticed, as the address says it: at a time, by an alert, in a stretch, or just now. */

import type { Parameters } from "../../../api/client";
import type { Range, Span } from "../../../time/range";
import { momentText } from "../words";

export type Noticed = { readonly asked: Parameters } & (
  | { readonly kind: "alert"; readonly alert: string }
  | { readonly kind: "at"; readonly atMs: number }
  | { readonly kind: "span"; readonly span: Span }
  | { readonly kind: "now" }
);

const LONGEST_MS = 7 * 86_400_000;

/** An alert or a time in the address comes before a range that was chosen in a chart. */
export function noticedOf(parameters: URLSearchParams, range: Range): Noticed {
  const alert = parameters.get("alert");
  if (alert) return { kind: "alert", alert, asked: { alert } };
  const atMs = Number(parameters.get("at") ?? NaN);
  if (Number.isSafeInteger(atMs) && atMs > 0) return { kind: "at", atMs, asked: { at: timeText(atMs) } };
  if (range.kind === "fixed" && range.untilMs - range.sinceMs <= LONGEST_MS) {
    const { sinceMs, untilMs } = range;
    return {
      kind: "span",
      span: { sinceMs, untilMs },
      asked: { since: timeText(sinceMs), until: timeText(untilMs) },
    };
  }
  return { kind: "now", asked: {} };
}

function timeText(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** Write a moment as an input of a date and a time holds it, in the time of the reader. */
export function inputText(atMs: number): string {
  const at = new Date(atMs);
  const part = (number: number) => String(number).padStart(2, "0");
  const day = `${at.getFullYear()}-${part(at.getMonth() + 1)}-${part(at.getDate())}`;
  return `${day}T${part(at.getHours())}:${part(at.getMinutes())}`;
}

/** Return in words when everything is looked at. */
export function noticedText(noticed: Noticed): string {
  switch (noticed.kind) {
    case "alert":
      return `around the last time that ${noticed.alert} fired`;
    case "at":
      return `around ${momentText(noticed.atMs)}`;
    case "span":
      return `from ${momentText(noticed.span.sinceMs)} to ${momentText(noticed.span.untilMs)}`;
    case "now":
      return "in the hour up to now";
  }
}
