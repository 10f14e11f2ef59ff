/** Whether whoever looks may change dashboards, and what is told where they may not. */

import { useIsAdmin } from "../../app/session";

export interface Role {
  readonly mayChange: boolean;
  /** Why a button does nothing; nothing where it does. */
  readonly title: string | undefined;
}

export function useRole(): Role {
  const mayChange = useIsAdmin();
  return {
    mayChange,
    title: mayChange ? undefined : "Needs the role admin; you read with the role viewer.",
  };
}
