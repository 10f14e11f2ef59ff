/** What people do about alerts: asked of the API, followed by a new look at what it changes. */

import { useMutation, type UseMutationResult, useQueryClient } from "@tanstack/react-query";

import { address, type Parameters, post } from "../../api/client";
import type { Backtest, BacktestAsked, Matcher, Preview, Rule, Silence, Tested, Word } from "./answers";

/** Paths of the API whose answers change with what is done about alerts. */
const TOUCHED = ["alerts", "silences", "rules", "receivers", "deliveries", "dashboard"];

/**
 * Return what asks for a change; afterwards all that it may have touched is asked anew.
 *
 * @param done hears of it even where the change takes away what asked for it, such as the button.
 */
export function useDoing<Given, Answer>(
  ask: (given: Given) => Promise<Answer>,
  done?: (answer: Answer, given: Given) => void,
): UseMutationResult<Answer, Error, Given> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ask,
    onSuccess: (answer, given) => {
      done?.(answer, given);
      return client.invalidateQueries({ predicate: ({ queryKey }) => isTouched(queryKey[0]) });
    },
  });
}

export function isTouched(path: unknown): boolean {
  return typeof path === "string" && TOUCHED.some((one) => path === one || path.startsWith(`${one}/`));
}

export interface Said {
  readonly fingerprint: string;
  readonly by: string;
  readonly comment: string;
  /** How long it holds, such as `2h`. */
  readonly for?: string;
}

export function acknowledge({ fingerprint, ...word }: Said): Promise<Word> {
  return post(`alerts/${fingerprint}/acknowledge`, word);
}

export function resolve({ fingerprint, ...word }: Said): Promise<Word> {
  return post(`alerts/${fingerprint}/resolve`, word);
}

export function withdraw({ fingerprint, by }: Pick<Said, "fingerprint" | "by">): Promise<null> {
  return post(below(`alerts/${fingerprint}/acknowledge`, by), undefined, "DELETE");
}

/** A condition on one label: as people write it, or a label to be equal to. */
export type MatcherGiven = string | (Pick<Matcher, "name" | "value"> & Partial<Matcher>);

export interface SilenceGiven {
  readonly matchers: readonly MatcherGiven[];
  /** When it begins, in ISO 8601; left out for now, and where it stays as it is. */
  readonly startsAt?: string;
  readonly for: string;
  readonly createdBy: string;
  readonly comment: string;
}

export function silence(given: SilenceGiven): Promise<Silence> {
  return post("silences", given);
}

/** What is to become different about a silence; the rest stays. */
export type SilenceChange = Partial<Omit<SilenceGiven, "createdBy">>;

export function changeSilence({
  id,
  by,
  changes,
}: {
  id: string;
  by: string;
  changes: SilenceChange;
}): Promise<Silence> {
  return post(below(`silences/${id}`, by), changes, "PUT");
}

export function preview(matchers: readonly MatcherGiven[]): Promise<Preview> {
  return post("silences/preview", { matchers });
}

export function expire({ id, by }: { id: string; by: string }): Promise<Silence> {
  return post(below(`silences/${id}`, by), undefined, "DELETE");
}

export function setMode({
  name,
  mode,
  by,
}: {
  name: string;
  mode: Mode;
  by: string;
}): Promise<{ mode: Mode }> {
  return post(below(`rules/${encodeURIComponent(name)}/mode`, by), { mode }, "PUT");
}

export type Mode = NonNullable<Rule["mode"]> | "disabled";

export function testReceiver({ name, by }: { name: string; by: string }): Promise<Tested> {
  return post(`receivers/${encodeURIComponent(name)}/test`, { by });
}

export function tryRule({ given, asked }: { given: BacktestAsked; asked: Parameters }): Promise<Backtest> {
  return post(address("rules/backtest", asked).slice("./".length), given);
}

/** Return a path with who does it; a name that is blank is left to the server. */
function below(path: string, by: string): string {
  return address(path, { by: by.trim() || undefined }).slice("./".length);
}
