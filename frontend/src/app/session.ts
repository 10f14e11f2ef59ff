/** Who looks at the page, and what they may do. */

import { useAnswer } from "../api/questions";
import type { Session } from "../api/types";

export function useSession(): Session | undefined {
  return useAnswer<Session>("session", {}, false).data;
}

/** Whether the reader may change things; yes as long as nobody said otherwise, since the server decides anyway. */
export function useIsAdmin(): boolean {
  return useSession()?.role !== "viewer";
}
