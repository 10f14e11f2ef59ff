/** When a dashboard was changed last, and by whom. */

import { useNow } from "../../app/now";
import { ago } from "../../format/moment";

export function Changed({ at, by }: { at: string; by: string }) {
  const nowMs = useNow();
  return (
    <>
      changed {ago(Date.parse(at), nowMs)} by {by}
    </>
  );
}
