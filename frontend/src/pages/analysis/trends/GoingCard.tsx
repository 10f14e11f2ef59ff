/** What rises and falls by itself: the golden signals, those that change most in front. */

import { useQueries } from "@tanstack/react-query";
import { usePeriod } from "../../../app/period";

import { lengthOf } from "../../../time/before";
import { durationText } from "../../../time/range";
import { Note } from "../../../ui/Asked";
import { Card } from "../../../ui/Card";
import { Table } from "../../../ui/Table";
import { Waiting } from "../../../ui/Waiting";

import { trendsOf } from "./asked";
import { type Going, useColumns } from "./goingColumns";
import { weightOf } from "./pace";
import { USUAL } from "./usual";

const MOST_SERIES = 10;

export function GoingCard() {
  const { range } = usePeriod();
  const windows = [durationText(lengthOf(range))];
  const answers = useQueries({
    queries: USUAL.map(({ query }) => trendsOf(query, { range, windows, limit: MOST_SERIES })),
  });
  const rows = USUAL.flatMap((usual, at) =>
    (answers[at]?.data?.series ?? []).flatMap((looked): readonly Going[] => {
      const window = looked.windows[0];
      return window === undefined ? [] : [{ usual, looked, window }];
    }),
  );
  return (
    <Card title={`What rises and falls over ${windows.join("")}`}>
      <Found rows={rows} isAsking={answers.some(({ isPending }) => isPending)} />
    </Card>
  );
}

function Found({ rows, isAsking }: { rows: readonly Going[]; isAsking: boolean }) {
  const columns = useColumns();
  const known = rows.filter(({ window }) => !window.reason);
  const moving = known
    .filter(({ window, looked }) => weightOf(window) >= 0 || looked.changes.length > 0)
    .sort((one, other) => weightOf(other.window) - weightOf(one.window));
  if (moving.length === 0 && isAsking) return <Waiting height={160} />;
  if (rows.length === 0) {
    return (
      <Note title="There is nothing to look at yet">
        Requests, queries, the process and the system are looked at once they were measured for some minutes.
        Where that began just now, a shorter time above shows them sooner.
      </Note>
    );
  }
  return (
    <>
      {moving.length === 0 ? <Still known={known.length} all={rows.length} /> : null}
      {moving.length > 0 ? (
        <Table label="Series that rise or fall" columns={columns} rows={moving} keyOf={keyOf} />
      ) : null}
      <Rest count={moving.length > 0 ? known.length - moving.length : 0} isAsking={isAsking} />
    </>
  );
}

function keyOf({ usual, looked }: Going): string {
  return `${usual.title}${JSON.stringify(looked.labels)}`;
}

function Still({ known, all }: { known: number; all: number }) {
  return known === 0 ? (
    <Note title="There is too little to tell">
      {`${all} series are measured; 20 points are needed of one within the time that is looked at.`}
    </Note>
  ) : (
    <Note title="Nothing goes one way">{`Chance explains all that ${known} series did in this time.`}</Note>
  );
}

function Rest({ count, isAsking }: { count: number; isAsking: boolean }) {
  const others = count === 1 ? "1 other series goes" : `${count} other series go`;
  return (
    <p className="text-quiet mt-3 text-xs" role="status">
      {isAsking
        ? "Still looking at others."
        : count > 0
          ? `${others} no way that chance does not explain.`
          : ""}
    </p>
  );
}
