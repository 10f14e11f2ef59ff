/** Every endpoint in a row, with how it went: to sort, and to look for one. */

import { useAnswer } from "../../api/questions";
import type { Endpoints as Answer } from "../../api/types";
import { useFilter } from "../../app/filters";
import { useChange, usePlace } from "../../app/location";
import { usePeriod } from "../../app/period";
import { quantity } from "../../format/quantity";
import { Asked, Note } from "../../ui/Asked";
import { Card } from "../../ui/Card";
import { Figure } from "../../ui/Figure";
import { Table } from "../../ui/Table";
import { useColumns } from "./columns";
import { nameOf } from "./names";

const MOST = 200;

export function AllEndpoints() {
  const { asked } = usePeriod();
  const { instance } = useFilter();
  const { parameters } = usePlace();
  const sort = parameters.get("sort") ?? "time";
  const order = parameters.get("order") ?? undefined;
  const answer = useAnswer<Answer>("endpoints", { ...asked, sort, order, instance, limit: MOST });
  return (
    <Asked answer={answer}>
      {(found) => (
        <div className="grid gap-4">
          <Whole {...found} />
          <Card title="Endpoint by endpoint" aside={<Search />}>
            {found.endpoints.length === 0 ? (
              <Note title="No requests in this time">{found.note}</Note>
            ) : (
              <Rows found={found} />
            )}
          </Card>
        </div>
      )}
    </Asked>
  );
}

function Whole({ whole, total }: Answer) {
  return (
    <Card title="All requests">
      <div className="grid grid-cols-2 gap-4 sm:grid-cols-3 lg:grid-cols-6">
        <Figure name="Endpoints" value={total} unit="" />
        <Figure name="Requests" value={whole.requests} unit="" />
        <Figure name="A minute" value={whole.perMinute} unit="" />
        <Figure name="Failed" value={whole.errorRate} unit="1" />
        <Figure name="Median" value={whole.latencySeconds.p50} unit="s" />
        <Figure name="95 of 100 within" value={whole.latencySeconds.p95} unit="s" />
      </div>
    </Card>
  );
}

function Search() {
  const { parameters } = usePlace();
  const change = useChange();
  return (
    <label className="text-quiet flex items-center gap-2 text-xs">
      <span>Find</span>
      <input
        type="search"
        value={parameters.get("find") ?? ""}
        onChange={(event) => change({ find: event.target.value }, true)}
        placeholder="GET /orders"
        className="border-line bg-card text-text w-32 rounded-lg border px-2 py-1 text-sm sm:w-56"
      />
    </label>
  );
}

function Rows({ found: { endpoints, total } }: { found: Answer }) {
  const find = (usePlace().parameters.get("find") ?? "").trim().toLowerCase();
  const columns = useColumns();
  const shown = endpoints.filter((one) => nameOf(one).toLowerCase().includes(find));
  if (shown.length === 0) return <Note title={`No endpoint has “${find}” in its name`} />;
  return (
    <>
      <Table label="Endpoints" columns={columns} rows={shown} keyOf={nameOf} sortedBy="time" />
      {total > endpoints.length ? (
        <p className="text-quiet mt-2 text-xs">
          The first {endpoints.length} of {quantity(total)}; another order shows others.
        </p>
      ) : null}
    </>
  );
}
