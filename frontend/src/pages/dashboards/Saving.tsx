/** Why saving failed; where somebody else changed or removed the dashboard meanwhile, the choice between theirs and ours. */

import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { Button } from "../../ui/Button";
import { Changed } from "./Changed";
import type { Dashboard } from "./types";
import { GONE, isConflict, isGone, pathOf } from "./writing";

interface FailedProps {
  readonly error: Error;
  readonly id: string;
  /** Begin anew with the dashboard as it is by now. */
  readonly onAnew: () => void;
  /** Save what was arranged in place of a version. */
  readonly onOver: (version: number) => void;
}

export function Failed(props: FailedProps) {
  const { error, onOver } = props;
  return (
    <div role="alert" className="bg-raised rounded-lg px-4 py-3 text-sm">
      {isConflict(error) ? <Slower {...props} /> : null}
      {isGone(error) ? (
        <>
          <p className="text-bad font-medium">Somebody removed this dashboard while you arranged it.</p>
          <div className="mt-2">
            <Button onClick={() => onOver(GONE)}>Bring it back as I arranged it</Button>
          </div>
        </>
      ) : null}
      {isConflict(error) || isGone(error) ? null : <Reason error={error} />}
    </div>
  );
}

function Reason({ error }: { error: Error }) {
  return <p className="text-bad font-medium">{error.message}</p>;
}

function Slower({ error, id, onAnew, onOver }: FailedProps) {
  const newest = useQuery({
    queryKey: ["newest dashboard", id, error],
    queryFn: ({ signal }) => get<Dashboard>(pathOf(id), {}, signal),
  }).data;
  if (newest === undefined) return <Reason error={error} />;
  return (
    <>
      <p className="text-bad font-medium">
        Somebody else saved this dashboard while you arranged it:{" "}
        <Changed at={newest.changedAt} by={newest.changedBy} />.
      </p>
      <div className="mt-2 flex flex-wrap gap-2">
        <Button className="whitespace-normal" onClick={onAnew}>
          Take theirs, and lose what I changed
        </Button>
        <Button look="danger" onClick={() => onOver(newest.version)}>
          Save mine in place of theirs
        </Button>
      </div>
    </>
  );
}
