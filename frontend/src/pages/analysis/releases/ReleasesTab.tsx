/** Which versions ran, what got worse with them, and how one compares with the one before. */

import { useAnswer } from "../../../api/questions";
import type { Release, Releases } from "../../../api/types";
import { useChange } from "../../../app/location";
import { ago } from "../../../format/moment";
import { Asked, Note } from "../../../ui/Asked";
import { Badge } from "../../../ui/Badge";
import { Button } from "../../../ui/Button";
import { Card } from "../../../ui/Card";
import { type Column, Table } from "../../../ui/Table";
import { momentText } from "../words";
import { Compared } from "./Compared";

const REFRESH_MS = 60_000;

export function ReleasesTab() {
  const answer = useAnswer<Releases>("releases", {}, REFRESH_MS);
  return (
    <div className="grid gap-4">
      <Asked answer={answer}>
        {(found) => (
          <>
            <Worse regressions={found.regressions} nowMs={answer.dataUpdatedAt} />
            <Known releases={found.releases} />
            <Compared releases={found.releases} />
          </>
        )}
      </Asked>
    </div>
  );
}

function Worse({ regressions, nowMs }: { regressions: Releases["regressions"]; nowMs: number }) {
  return (
    <Card title="What got worse with a release">
      {regressions.length === 0 ? (
        <Note title="Nothing that chance does not explain">
          Each endpoint of a new version is compared with the version before, as soon as both have had enough
          requests.
        </Note>
      ) : (
        <ul className="space-y-2.5 text-sm">
          {regressions.map((one) => (
            <li key={`${one.version}${one.method}${one.route}${one.what}`} className="flex gap-3">
              <Badge tone="bad">{one.what}</Badge>
              <span>
                {one.text} <span className="text-quiet">found {ago(Date.parse(one.foundAt), nowMs)}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Known({ releases }: { releases: readonly Release[] }) {
  const change = useChange();
  const columns: readonly Column<Release>[] = [
    { name: "Service", cell: ({ job }) => job },
    { name: "Version", cell: ({ version }) => <span className="font-mono text-[13px]">{version}</span> },
    {
      name: "First seen",
      cell: ({ firstSeen, mayBeOlder }) => `${mayBeOlder ? "before " : ""}${momentText(firstSeen)}`,
    },
    { name: "Last seen", cell: ({ lastSeen }) => momentText(lastSeen) },
    {
      name: "Beside the one before",
      cell: ({ job, version, mayBeOlder }) =>
        mayBeOlder ? (
          ""
        ) : (
          <Button
            aria-label={`Compare ${version} of ${job} with the one before`}
            onClick={() => change({ job, version, days: "" })}
          >
            Compare
          </Button>
        ),
    },
  ];
  return (
    <Card title="Versions of the last thirty days">
      {releases.length === 0 ? (
        <Note title="No version is known yet">
          Set service.version, for instance by OTEL_RESOURCE_ATTRIBUTES=service.version=1.2.0: then each
          release is marked on charts and compared with the one before. A version that began just now is known
          within a minute.
        </Note>
      ) : (
        <Table
          label="Versions"
          columns={columns}
          rows={releases}
          keyOf={({ job, version, firstSeen }) => `${job}${version}${firstSeen}`}
        />
      )}
    </Card>
  );
}
