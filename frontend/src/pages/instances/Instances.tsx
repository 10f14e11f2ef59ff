/** The processes of the application: which run, since when, how they are, and how each of them does. */

import { useAnswer } from "../../api/questions";
import type { Instance, Instances as Answer } from "../../api/types";
import { useChange, usePlace } from "../../app/location";
import { usePeriod } from "../../app/period";
import { Asked, Note } from "../../ui/Asked";
import { Card } from "../../ui/Card";
import { Table } from "../../ui/Table";
import { useColumns } from "./columns";
import { versionsOf } from "./versions";

const MOST = 200;

export default function Instances() {
  const isAll = usePlace().parameters.get("ended") === "1";
  const { asked } = usePeriod();
  const wanted = { ...asked, figures: true, limit: MOST, ...(isAll ? {} : { state: "running" }) };
  const answer = useAnswer<Answer>("instances", wanted);
  const columns = useColumns();
  return (
    <Asked answer={answer}>
      {({ instances, total }) => (
        <div className="grid gap-4">
          <Versions instances={instances} />
          <Card title={isAll ? "Processes, those that ended too" : "Processes that run"} aside={<Ended />}>
            {instances.length === 0 ? (
              <Note title="No process is known">
                A process is known from its first collection on; of several those that share a storage.
              </Note>
            ) : (
              <Table
                label="Processes"
                columns={columns}
                rows={instances}
                keyOf={(one) => `${one.id} ${one.startedAt}`}
              />
            )}
            {total > instances.length ? (
              <p className="text-quiet mt-2 text-xs">
                The newest {instances.length} of {total}.
              </p>
            ) : null}
          </Card>
        </div>
      )}
    </Asked>
  );
}

function Ended() {
  const isAll = usePlace().parameters.get("ended") === "1";
  const change = useChange();
  return (
    <label className="text-quiet flex items-center gap-2 text-xs">
      <input
        type="checkbox"
        checked={isAll}
        onChange={(event) => change({ ended: event.target.checked ? "1" : "" }, true)}
      />
      those that ended too
    </label>
  );
}

/** Several versions at once are a deployment under way, or one that got stuck: worth a line of its own. */
function Versions({ instances }: { instances: readonly Instance[] }) {
  const versions = versionsOf(instances.filter((one) => one.state === "running"));
  if (versions.length < 2) return null;
  return (
    <Note title={`${versions.length} versions run side by side`}>
      {versions.map(({ name, count }) => `${name}: ${count}`).join(", ")}
    </Note>
  );
}
