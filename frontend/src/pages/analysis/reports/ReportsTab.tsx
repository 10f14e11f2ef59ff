/** Reports of a day, a week or a month: made on demand, or those that were sent; read here or taken along. */

import { useAnswer } from "../../../api/questions";
import { Asked, Note } from "../../../ui/Asked";
import { Card } from "../../../ui/Card";
import { type Column, Table } from "../../../ui/Table";
import { dayText } from "../../../format/moment";
import type { KeptReport, Reports } from "../answers";
import { To } from "../links";
import { pathTo } from "../tabs";
import { momentText } from "../words";
import { kindOf } from "./kinds";
import { MakeCard } from "./MakeCard";
import { Reading } from "./Reading";

const COLUMNS: readonly Column<KeptReport>[] = [
  {
    name: "Report",
    cell: ({ kind, title, end }) => (
      <To path={pathTo("reports", kind)} more={{ end }}>
        {title}
      </To>
    ),
  },
  { name: "From", cell: ({ start }) => dayText(Date.parse(start)) },
  { name: "To", cell: ({ end }) => dayText(Date.parse(end)) },
  { name: "Made", isExtra: true, cell: ({ generatedAt: at }) => momentText(at) },
];

export function ReportsTab({ rest: [name] }: { rest: readonly string[] }) {
  const kind = kindOf(name);
  return (
    <div className="grid gap-4">
      <MakeCard key={kind} chosen={kind} />
      {kind === null ? null : <Reading kind={kind} />}
      <Sent />
    </div>
  );
}

function Sent() {
  const answer = useAnswer<Reports>("reports", {}, false);
  return (
    <Card title="Reports that were sent">
      <Asked answer={answer}>
        {({ reports }) =>
          reports.length === 0 ? (
            <Note title="None was sent yet">
              The setting analytics.reports says when: for instance daily at 07:00. They go to the receivers
              of analytics.reports_to, and the newest twenty are kept here.
            </Note>
          ) : (
            <Table
              label="Reports that were sent"
              columns={COLUMNS}
              rows={reports}
              keyOf={({ kind, end }) => `${kind}${end}`}
            />
          )
        }
      </Asked>
    </Card>
  );
}
