/** Single requests to look at: the slowest whose traces are known. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Exemplar, exemplarsOf } from "../../api/lookups";
import { usePeriod } from "../../app/period";
import { momentText } from "../../format/moment";
import { quantity } from "../../format/quantity";
import { rangeText, type Span, spanOf } from "../../time/range";
import { Asked, Note } from "../../ui/Asked";
import { type Column, Table } from "../../ui/Table";
import { buckets, type Which } from "./signals";
import { useTraceAddress } from "./traces";

const REFRESH_MS = 30_000;
const MOST = 8;
const STATUS = "http_response_status_code";

export function Exemplars({ which }: { which: Which }) {
  const { range } = usePeriod();
  const addressOf = useTraceAddress();
  const answer = useQuery({
    queryKey: ["exemplars", which, rangeText(range)],
    queryFn: async ({ signal }) => {
      const span = spanOf(range, Date.now());
      return { span, found: await exemplarsOf(buckets(which), span, signal) };
    },
    refetchInterval: REFRESH_MS,
  });
  return (
    <Asked answer={answer}>
      {({ span, found }) =>
        found.length === 0 ? (
          <Note title="No traces are known">
            Requests that are sampled bring theirs along; the newest of each bucket are kept in memory.
          </Note>
        ) : (
          <Table
            label="Slow requests with their traces"
            columns={columnsOf(span, addressOf)}
            rows={found.slice(0, MOST)}
            keyOf={(one) => one.traceId}
          />
        )
      }
    </Asked>
  );
}

function columnsOf(span: Span, addressOf: (id: string) => string | null): readonly Column<Exemplar>[] {
  return [
    { name: "Took", isNumber: true, cell: (one) => quantity(one.value, "s") },
    { name: "Status", cell: (one) => one.labels[STATUS] ?? "" },
    { name: "At", cell: (one) => momentText(one.atMs, span) },
    { name: "Trace", cell: (one) => <Trace id={one.traceId} address={addressOf(one.traceId)} /> },
  ];
}

const SHORT = 8;

function Trace({ id, address }: { id: string; address: string | null }) {
  const [isCopied, setIsCopied] = useState(false);
  const text = <code className="text-[13px]">{id.slice(0, SHORT)}</code>;
  if (address !== null) {
    return (
      <a href={address} target="_blank" rel="noreferrer" className="text-accent hover:underline" title={id}>
        {text} <span aria-hidden="true">↗</span>
        <span className="sr-only">opens the trace in another tab</span>
      </a>
    );
  }
  const copy = () => {
    void navigator.clipboard.writeText(id).then(() => setIsCopied(true));
  };
  return (
    <button type="button" onClick={copy} title={`Copy ${id}`} className="text-accent hover:underline">
      {text} <span className="text-quiet text-xs">{isCopied ? "copied" : "copy"}</span>
    </button>
  );
}
