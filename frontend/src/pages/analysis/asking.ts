/** Questions that take a while to answer: asked once, not again and again. */

import { useQuery, type UseQueryResult } from "@tanstack/react-query";

import { get, type Parameters } from "../../api/client";

export const FRESH_MS = 300_000;

/**
 * Ask once; the answer holds for five minutes.
 *
 * What was answered before is not shown in the meantime: it was about something else.
 */
export function useOnce<Answer>(
  path: string,
  parameters: Parameters = {},
  isWanted = true,
): UseQueryResult<Answer> {
  return useQuery<Answer>({
    queryKey: [path, parameters],
    queryFn: ({ signal }) => get<Answer>(path, parameters, signal),
    staleTime: FRESH_MS,
    refetchOnWindowFocus: false,
    placeholderData: () => undefined,
    enabled: isWanted,
  });
}

/** Return the path of a question with a parameter that may be said several times. */
export function repeated(
  path: string,
  name: string,
  values: readonly string[],
  parameters: Readonly<Record<string, string>> = {},
): string {
  const search = new URLSearchParams(parameters);
  for (const value of values) search.append(name, value);
  return `${path}?${search.toString()}`;
}
