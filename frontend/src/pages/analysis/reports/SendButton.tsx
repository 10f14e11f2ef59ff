/** Send a report to its receivers, once, and say what became of it. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { address, post } from "../../../api/client";
import { useIsAdmin } from "../../../app/session";
import { Badge } from "../../../ui/Badge";
import { Button } from "../../../ui/Button";
import type { Sent } from "../answers";
import type { Kind } from "./kinds";

export function SendButton({ kind, end }: { kind: Kind; end: string }) {
  const isAdmin = useIsAdmin();
  const client = useQueryClient();
  const [isSure, setSure] = useState(false);
  const send = useMutation({
    mutationFn: () => post<Sent>(pathOf(kind, end), {}),
    onSuccess: () => client.invalidateQueries({ queryKey: ["reports"] }),
    onSettled: () => setSure(false),
  });
  return (
    <span className="flex flex-wrap items-center gap-3 text-sm">
      {isSure ? (
        <>
          <span>Everybody in analytics.reports_to gets it.</span>
          <Button look="first" disabled={send.isPending} onClick={() => send.mutate()}>
            {send.isPending ? "Sending" : "Send it"}
          </Button>
          <Button onClick={() => setSure(false)}>Rather not</Button>
        </>
      ) : (
        <Button
          disabled={!isAdmin}
          title={isAdmin ? undefined : "Sending needs the role admin."}
          onClick={() => setSure(true)}
        >
          Send …
        </Button>
      )}
      <span role="status" className="flex flex-wrap gap-3">
        {send.error ? <span className="text-bad">{send.error.message}</span> : null}
        {send.data?.deliveries.map(({ receiver, channel, outcome, error }) => (
          <Badge key={`${receiver}${channel}`} tone={outcome === "delivered" ? "good" : "bad"}>
            {`${receiver}, ${channel}: ${outcome}${error ? ` (${error})` : ""}`}
          </Badge>
        ))}
      </span>
    </span>
  );
}

/** Paths of requests stand below the page, which `post` adds itself. */
function pathOf(kind: Kind, end: string): string {
  return address(`reports/${kind}/send`, { end }).replace(/^\.\//, "");
}
