/** What the form of a silence begins with, and what of it is sent. */

import { datedText } from "../../../format/moment";
import { localText, parseLocal } from "../../../time/local";
import { durationText } from "../../../time/range";
import type { Silence } from "../answers";
import type { MatcherGiven, SilenceChange, SilenceGiven } from "../doing";
import { lengthProblem, linesOf, matcherText } from "./matchers";

export interface Draft {
  readonly title: string;
  /** Its conditions, one a line. */
  readonly text: string;
  readonly comment: string;
  /** When it begins, as an input holds it; empty for now, and where it has begun. */
  readonly begins: string;
  /** How long it holds; empty where the end is to stay as it is. */
  readonly length: string;
  /** The silence that it is made from. */
  readonly from: Silence | null;
  /** The same where it is itself to become different. */
  readonly changed: Silence | null;
}

const USUAL_LENGTH = "1h";
const MINUTE_MS = 60_000;

export const NEW: Draft = {
  title: "New silence",
  text: "",
  comment: "",
  begins: "",
  length: USUAL_LENGTH,
  from: null,
  changed: null,
};

export function changeOf(silence: Silence): Draft {
  const begins = silence.state === "pending" ? localText(Date.parse(silence.startsAt)) : "";
  return { ...likeOf(silence), title: "Edit a silence", begins, length: "", changed: silence };
}

/** The same once more, for as long as it was meant to hold. */
export function againOf(silence: Silence): Draft {
  return { ...likeOf(silence), title: "Make it again", begins: "", length: lengthOf(silence), changed: null };
}

function likeOf(from: Silence): Omit<Draft, "title" | "begins" | "length" | "changed"> {
  return { text: from.matchers.map(matcherText).join("\n"), comment: from.comment, from };
}

/** One that was ended early lasted for so many seconds, which nobody chose. */
function lengthOf({ startsAt, endsAt }: Silence): string {
  const lengthMs = Date.parse(endsAt) - Date.parse(startsAt);
  return lengthMs > 0 && lengthMs % MINUTE_MS === 0 ? durationText(lengthMs) : USUAL_LENGTH;
}

/** Return the matchers of what is typed: those of the silence itself as long as nobody touches them. */
export function matchersOf({ text, from }: Draft, typed: string): readonly MatcherGiven[] {
  return from !== null && typed === text ? from.matchers : linesOf(typed);
}

/** Return what is wrong with a length; a change may leave the end as it is. */
export function problemOf({ changed }: Draft, length: string): string | undefined {
  return changed !== null && length === "" ? undefined : lengthProblem(length);
}

/** Return what is sent of a beginning; nothing where none was chosen, or it stays. */
export function startOf({ begins: before }: Draft, begins: string, nowMs: number): string | undefined {
  if (begins === before) return undefined;
  return new Date(parseLocal(begins) ?? nowMs).toISOString();
}

/** Return what is wrong with a beginning; a silence whose end stays has to begin before it. */
export function startProblem(
  draft: Draft,
  { begins, length, nowMs }: { readonly begins: string; readonly length: string; readonly nowMs: number },
): string | undefined {
  const atMs = parseLocal(begins);
  if (begins === draft.begins || atMs === null) return undefined;
  if (atMs < nowMs - MINUTE_MS) return "That is past. Choose now, or a moment to come.";
  const endMs = draft.changed === null || length !== "" ? Infinity : Date.parse(draft.changed.endsAt);
  if (atMs < endMs) return undefined;
  return `It ends before, on ${datedText(endMs)}. Begin earlier, or choose for how long.`;
}

/** Tell whether all is said that is needed, and something is different where that is what is wanted. */
export function isWhole(draft: Draft, given: SilenceGiven): boolean {
  const { changed } = draft;
  if (changed !== null && Object.keys(changesOf(changed, given)).length === 0) return false;
  const isSaid = given.comment !== "" && given.createdBy !== "";
  return isSaid && given.matchers.length > 0 && problemOf(draft, given.for) === undefined;
}

/** Return what becomes different by what is given; what stays is not sent. */
export function changesOf(before: Silence, given: SilenceGiven): SilenceChange {
  return {
    ...(given.matchers === before.matchers ? {} : { matchers: given.matchers }),
    ...(given.startsAt === undefined ? {} : { startsAt: given.startsAt }),
    ...(given.for === "" ? {} : { for: given.for }),
    ...(given.comment === before.comment ? {} : { comment: given.comment }),
  };
}
