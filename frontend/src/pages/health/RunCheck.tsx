/** Runs a check now, for those who may; what it finds is shown as soon as it is known. */

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { post } from "../../api/client";
import type { Check } from "../../api/types";
import { useIsAdmin } from "../../app/session";

export function RunCheck({ name }: { name: string }) {
  const mayRun = useIsAdmin();
  const client = useQueryClient();
  const run = useMutation({
    mutationFn: () => post<Check>(`health/checks/${encodeURIComponent(name)}/run`, {}),
    onSettled: () => client.invalidateQueries({ queryKey: ["health"] }),
  });
  if (!mayRun) return null;
  return (
    <span className="flex items-baseline gap-3 text-xs">
      <span role="status" className={run.error ? "text-bad" : "text-quiet"}>
        {run.error?.message ?? (run.data ? `found ${run.data.status ?? "nothing yet"}` : "")}
      </span>
      <button
        type="button"
        disabled={run.isPending}
        onClick={() => run.mutate()}
        className="text-accent hover:underline disabled:opacity-60"
      >
        {run.isPending ? "running…" : "run now"}
        <span className="sr-only">: {name}</span>
      </button>
    </span>
  );
}
