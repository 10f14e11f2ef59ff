/** One receiver: its channels, how many messages each took, and a test of all of them. */

import { useIsAdmin } from "../../../app/session";
import { Badge } from "../../../ui/Badge";
import { Button } from "../../../ui/Button";
import { Card } from "../../../ui/Card";
import type { Receiver, Tested } from "../answers";
import { testReceiver, useDoing } from "../doing";
import { Refused } from "../Told";
import { FOR_ADMINS, useName } from "../who";

export function ReceiverCard({ receiver: { name, channels } }: { receiver: Receiver }) {
  const isAdmin = useIsAdmin();
  const [by] = useName();
  const testing = useDoing(testReceiver);
  return (
    <Card
      title={name}
      aside={
        <Button
          disabled={!isAdmin || testing.isPending || channels.length === 0}
          title={isAdmin ? undefined : FOR_ADMINS}
          onClick={() => testing.mutate({ name, by: by.trim() || "api" })}
        >
          {testing.isPending ? "Sending…" : "Send a test"}
        </Button>
      }
    >
      {channels.length === 0 ? (
        <p className="text-quiet text-sm">It has no channels: what is routed here is told to nobody.</p>
      ) : (
        <ul className="divide-line divide-y text-sm">
          {channels.map((one) => (
            <Channel key={one.name} channel={one} />
          ))}
        </ul>
      )}
      <div role="status" className="mt-2 text-sm">
        {testing.data ? <Outcome tested={testing.data} /> : null}
      </div>
      <Refused error={testing.error} />
    </Card>
  );
}

function Channel({ channel: { name, target, counts } }: { channel: Receiver["channels"][number] }) {
  const told = Object.entries(counts).filter(([, count]) => count > 0);
  return (
    <li className="py-2">
      <span className="font-medium">{name}</span>{" "}
      <span className="text-quiet font-mono text-xs break-all">{target}</span>
      <ul className="text-quiet flex flex-wrap gap-x-3 text-xs">
        {told.length === 0 ? <li>no message yet</li> : null}
        {told.map(([outcome, count]) => (
          <li key={outcome} className={BAD.has(outcome) ? "text-bad" : ""}>
            {count} {outcome}
          </li>
        ))}
      </ul>
    </li>
  );
}

const BAD = new Set(["failed", "refused"]);

function Outcome({ tested: { delivered, deliveries } }: { tested: Tested }) {
  return (
    <>
      <p className="font-medium">
        {delivered
          ? "The test message was taken by all channels."
          : "Not all channels took the test message:"}
      </p>
      <ul className="grid gap-1">
        {deliveries.map(({ channel, outcome, error }) => (
          <li key={channel} className="flex flex-wrap gap-x-3">
            <Badge tone={outcome === "delivered" ? "good" : "bad"}>{outcome}</Badge>
            <span>{channel}</span>
            {error ? <span className="text-bad break-words">{error}</span> : null}
          </li>
        ))}
      </ul>
    </>
  );
}
