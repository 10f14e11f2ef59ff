/** Answers of the API that stay fresh while somebody looks at them. */

import {
  keepPreviousData,
  QueryClient,
  queryOptions,
  useQuery,
  type UseQueryResult,
} from "@tanstack/react-query";

import { isPaused, usePace } from "../app/pace";
import { get, type Parameters, Problem } from "./client";

const MOST_TRIES = 3;

export function makeClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 2000,
        refetchOnWindowFocus: () => !isPaused(),
        placeholderData: keepPreviousData,
        // What was refused once is refused again; only silence is worth another try.
        retry: (failures, error) =>
          !(error instanceof Problem && error.status < 500) && failures < MOST_TRIES,
      },
    },
  });
}

interface AnswerOptions {
  /** Whether to ask at all; left out is yes. */
  readonly enabled?: boolean;
  /** Whether to ask again also while the page is not in sight; left out is no. */
  readonly isInBackground?: boolean;
}

/**
 * Ask, and ask again every `refreshMs` while the page is in sight: sooner where the server tells of a change,
 * less often where it would, and not at all while the reader has the page stand still.
 *
 * @param path below the prefix, such as `endpoints`.
 */
export function useAnswer<Answer>(
  path: string,
  parameters: Parameters = {},
  refreshMs: number | false = 15_000,
  { enabled = true, isInBackground = false }: AnswerOptions = {},
): UseQueryResult<Answer> {
  const refetchInterval = usePace(path, isOver(parameters) ? false : refreshMs);
  return useQuery({
    ...questionOf<Answer>(path, parameters),
    enabled,
    refetchInterval,
    refetchIntervalInBackground: isInBackground,
  });
}

/** What is asked, by which name its answer is kept. */
function questionOf<Answer>(path: string, parameters: Parameters) {
  return queryOptions({
    queryKey: [path, parameters],
    queryFn: ({ signal }) => get<Answer>(path, parameters, signal),
  });
}

/** Ask before the page is there that shows the answer. */
export function askAhead(client: QueryClient, path: string, parameters: Parameters): void {
  client.query(questionOf(path, parameters)).catch(() => undefined); // the page asks again, and says so
}

/** How long what was measured may be on its way into the answer. */
const SETTLING_MS = 60_000;

/** Whether a question is about a time that is over, whose answer stays as it is. */
export function isOver({ until }: Parameters, nowMs = Date.now()): boolean {
  const untilMs = typeof until === "string" ? Date.parse(until) : NaN;
  return untilMs + SETTLING_MS < nowMs;
}
