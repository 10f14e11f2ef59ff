/** An alert in one sentence: which series, which value, which threshold, since when. */

import { seconds } from "../../../../format/quantity";
import type { AlertDetail, AlertEvidence } from "../../answers";
import { aboutText, valueText } from "../../words";

type Told = Pick<
  AlertDetail,
  "rule" | "labels" | "state" | "value" | "unit" | "threshold" | "activeAt" | "firedAt" | "resolvedAt"
>;

export function sentenceOf(alert: Told, evidence: AlertEvidence | undefined, nowMs: number): string {
  const about = aboutText(alert.labels);
  const what = about ? `${alert.rule} of ${about}` : alert.rule;
  return `${what}: ${valueSentence(alert, evidence)}, ${timeSentence(alert, nowMs)}.`;
}

function valueSentence(alert: Told, evidence: AlertEvidence | undefined): string {
  const verb = alert.state === "inactive" ? "was" : "is";
  const value = `the value ${verb} ${valueText(alert.value, alert.unit)}`;
  const rule = alert.threshold ? `, the rule fires ${alert.threshold}` : "";
  return `${value}${rule}${peakText(evidence)}`;
}

function peakText(evidence: AlertEvidence | undefined): string {
  if (!evidence?.peak || evidence.peak === evidence.value) return "";
  return ` (${evidence.peak} at its worst)`;
}

function timeSentence({ state, activeAt, firedAt, resolvedAt }: Told, nowMs: number): string {
  const [activeMs, firedMs] = [Date.parse(activeAt), Date.parse(firedAt ?? activeAt)];
  if (state === "pending") return `so since ${lengthText(nowMs - activeMs)}`;
  if (state === "firing" || resolvedAt === null) return `firing for ${lengthText(nowMs - firedMs)}`;
  const overMs = Date.parse(resolvedAt);
  return `fired for ${lengthText(overMs - firedMs)}, over since ${lengthText(nowMs - overMs)}`;
}

function lengthText(lengthMs: number): string {
  return seconds(Math.max(0, Math.round(lengthMs / 1000)));
}
