/** A dashboard while it is arranged: nothing changes for others before it is saved. */

import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { get } from "../../api/client";
import { useChange } from "../../app/location";
import { Note } from "../../ui/Asked";
import { Button } from "../../ui/Button";
import { Changed } from "./Changed";
import { newPanel, sizeOf } from "./choices";
import { TextField, TitleField } from "./fields";
import { Grid } from "./Grid";
import { Handles } from "./Handles";
import { freePlace } from "./layout";
import { PanelEditor } from "./PanelEditor";
import { type Dashboard, draftOf, type Panel } from "./types";
import { type Changing, useDraft } from "./useDraft";
import { isConflict, pathOf, save, useChanging } from "./writing";

const NO_MARKERS = [] as const;
const LONGEST_DESCRIPTION = 1000;

interface ArrangeProps {
  readonly dashboard: Dashboard;
  /** Begin anew with the dashboard as it is by now. */
  readonly onAnew: () => void;
}

export function Arrange({ dashboard: newest, onAnew }: ArrangeProps) {
  // What somebody else saves meanwhile must not take away what is arranged here.
  const [dashboard] = useState(newest);
  const [before] = useState(() => draftOf(dashboard));
  const changing = useDraft(before);
  const { draft, arranging, edited } = changing;
  const [added, setAdded] = useState<Panel | null>(null);
  useLeaving(changing.isChanged);
  const panel = edited ?? added;
  const close = () => {
    changing.edit(null);
    setAdded(null);
  };
  return (
    <div className="grid gap-4">
      <Head
        dashboard={dashboard}
        changing={changing}
        onAnew={onAnew}
        onAdd={() => setAdded(newPanel(freePlace(draft.panels, sizeOf("line"))))}
      />
      {draft.panels.length === 0 ? (
        <Note title="No panel yet">Add one, and say in PromQL what it shows.</Note>
      ) : (
        <Grid
          panels={draft.panels}
          markers={NO_MARKERS}
          tools={(one) => <Handles panel={one} panels={draft.panels} arranging={arranging} />}
        />
      )}
      <p role="status" className="sr-only">
        {changing.moved ? saidOf(changing.moved) : ""}
      </p>
      {panel ? (
        <PanelEditor
          key={panel.id}
          panel={panel}
          onClose={close}
          onDone={(done) => {
            changing.put(done);
            close();
          }}
        />
      ) : null}
    </div>
  );
}

/** Where a panel is now, for those who do not see it move. */
function saidOf({ title, place: { x, y, w, h } }: Panel): string {
  return `${title}: column ${x + 1}, row ${y + 1}, ${w} columns wide, ${h} rows high`;
}

interface HeadProps {
  readonly dashboard: Dashboard;
  readonly changing: Changing;
  readonly onAdd: () => void;
  readonly onAnew: () => void;
}

function Head({ dashboard, changing, onAdd, onAnew }: HeadProps) {
  const { draft, change, isChanged } = changing;
  const go = useChange();
  const saving = useChanging((version: number) => save(dashboard.id, draft, version));
  const done = () => go({ edit: "" }, true);
  return (
    <header className="grid gap-3">
      <div className="grid gap-3 md:grid-cols-[1fr_2fr_auto] md:items-end">
        <TitleField value={draft.title} onChange={(title) => change({ title })} />
        <TextField
          name="What it is for"
          most={LONGEST_DESCRIPTION}
          value={draft.description}
          onChange={(description) => change({ description })}
        />
        <div className="flex flex-wrap gap-2">
          <Button onClick={onAdd}>Add a panel</Button>
          <Button onClick={done}>{isChanged ? "Discard" : "Close"}</Button>
          <Button
            look="first"
            disabled={saving.isPending || !isChanged || draft.title.trim() === ""}
            onClick={() => saving.mutate(dashboard.version, { onSuccess: done })}
          >
            Save
          </Button>
        </div>
      </div>
      <p className="text-quiet hidden text-xs md:block">
        Drag ✥ to move a panel and ⤡ to resize it, or press arrow keys while one of them has the focus.
      </p>
      {saving.error ? (
        <Failed
          error={saving.error}
          id={dashboard.id}
          onAnew={onAnew}
          onOver={(version) => saving.mutate(version, { onSuccess: done })}
        />
      ) : null}
    </header>
  );
}

interface FailedProps {
  readonly error: Error;
  readonly id: string;
  readonly onAnew: () => void;
  readonly onOver: (version: number) => void;
}

/** Why saving failed; where somebody else was faster, the choice between theirs and ours. */
function Failed({ error, id, onAnew, onOver }: FailedProps) {
  const isSlower = isConflict(error);
  const newest = useQuery({
    queryKey: ["newest dashboard", id, error],
    queryFn: ({ signal }) => get<Dashboard>(pathOf(id), {}, signal),
    enabled: isSlower,
  }).data;
  return (
    <div role="alert" className="bg-raised rounded-lg px-4 py-3 text-sm">
      {newest === undefined ? (
        <p className="text-bad font-medium">{error.message}</p>
      ) : (
        <>
          <p className="text-bad font-medium">
            Somebody else saved this dashboard while you arranged it:{" "}
            <Changed at={newest.changedAt} by={newest.changedBy} />.
          </p>
          <div className="mt-2 flex flex-wrap gap-2">
            <Button onClick={onAnew}>Take theirs, and lose what I changed</Button>
            <Button look="danger" onClick={() => onOver(newest.version)}>
              Save mine in place of theirs
            </Button>
          </div>
        </>
      )}
    </div>
  );
}

/** Ask before somebody leaves with changes that are not saved. */
function useLeaving(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isChanged]);
}
