/** What became of messages: who was told of what, when, and what went wrong. */

import { ago } from "../../format/moment";
import { Badge, type Tone } from "../../ui/Badge";
import { type Column, Table } from "../../ui/Table";
import type { Delivery } from "./answers";
import { plural } from "./words";

const TONES: Readonly<Record<Delivery["outcome"], Tone>> = {
  delivered: "good",
  waiting: "warn",
  failed: "bad",
  refused: "bad",
  superseded: "muted",
};

const COLUMNS: readonly Column<Delivery>[] = [
  {
    name: "When",
    cell: ({ at }) => (
      <time dateTime={at} className="whitespace-nowrap">
        {ago(Date.parse(at), Date.now())}
      </time>
    ),
  },
  { name: "What became of it", cell: ({ outcome }) => <Badge tone={TONES[outcome]}>{outcome}</Badge> },
  {
    name: "To",
    cell: ({ receiver, channel, error, attempts }) => (
      <>
        {receiver} <span className="text-quiet">{channel}</span>
        {error ? <span className="text-bad block text-xs break-words">{error}</span> : null}
        {attempts > 1 ? (
          <span className="text-quiet block text-xs">{plural(attempts, "try", "tries")}</span>
        ) : null}
      </>
    ),
  },
  { name: "Said", cell: ({ status, alerts }) => `${status}: ${alerts.join(", ")}` },
];

export function DeliveryList({ deliveries }: { deliveries: readonly Delivery[] }) {
  return (
    <Table
      label="Messages"
      columns={COLUMNS}
      rows={deliveries}
      keyOf={({ receiver, channel, at, groupKey, status }) =>
        [receiver, channel, at, groupKey, status].join(" ")
      }
    />
  );
}
