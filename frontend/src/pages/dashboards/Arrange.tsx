/** A dashboard while it is arranged: nothing changes for others before it is saved. */

import { useEffect, useRef, useState } from "react";

import { linkTo, useChange, usePlace } from "../../app/location";
import { Note } from "../../ui/Asked";
import { Button } from "../../ui/Button";
import { newPanel, sizeOf } from "./choices";
import { TextField, TitleField } from "./fields";
import { Grid } from "./Grid";
import { Handles } from "./Handles";
import { forget, keep, keptOf } from "./kept";
import { freePlace } from "./layout";
import { PanelEditor } from "./PanelEditor";
import { Failed } from "./Saving";
import type { Draft, Panel } from "./types";
import { type Changing, useDraft } from "./useDraft";
import { GONE, save, useChanging } from "./writing";

const NO_MARKERS = [] as const;
const LONGEST_DESCRIPTION = 1000;

interface ArrangeProps {
  readonly id: string;
  /** With what it begins, and of which version that is: that of what is not there where it is new. */
  readonly draft: Draft;
  readonly version: number;
  /** Begin anew with the dashboard as it is by now. */
  readonly onAnew: () => void;
}

export function Arrange({ onAnew, ...given }: ArrangeProps) {
  // What somebody else saves meanwhile must not take away what is arranged here.
  const [{ id, before, kept, version }] = useState(() => begun(given));
  const changing = useDraft(before, kept);
  const { draft, arranging, edited } = changing;
  const [added, setAdded] = useState<Panel | null>(null);
  useKeeping(changing, { id, version });
  useLeaving(changing.isChanged);
  const panel = edited ?? added;
  const close = () => {
    changing.edit(null);
    setAdded(null);
  };
  return (
    <div className="grid gap-4">
      <Head
        id={id}
        version={version}
        changing={changing}
        onAnew={() => {
          forget(id);
          onAnew();
        }}
        onAdd={() => setAdded(newPanel(freePlace(draft.panels, sizeOf("line"))))}
      />
      {kept ? (
        <Note title="You go on where you left">
          This was arranged before and is not saved yet. Discard shows the dashboard as it is.
        </Note>
      ) : null}
      {draft.panels.length === 0 ? (
        <Note title="No panel yet">Add one, and say in PromQL what it shows.</Note>
      ) : (
        <Grid
          panels={draft.panels}
          markers={NO_MARKERS}
          tools={(one) => <Handles panel={one} panels={draft.panels} arranging={arranging} />}
        />
      )}
      {changing.removed ? (
        <Removed key={changing.removed.id} panel={changing.removed} onBack={changing.restore} />
      ) : null}
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

/** With what somebody begins: what they arranged before and did not save, or the dashboard as it is. */
function begun({ id, draft, version }: Omit<ArrangeProps, "onAnew">) {
  const kept = keptOf(id);
  return { id, before: draft, kept: kept?.draft, version: kept?.version ?? version };
}

/** The panel that was taken away last; the focus, which was in it, goes to the way back. */
function Removed({ panel: { title }, onBack }: { panel: Panel; onBack: () => void }) {
  const way = useRef<HTMLButtonElement>(null);
  useEffect(() => way.current?.focus({ preventScroll: true }), []);
  return (
    <div className="bg-card border-line sticky bottom-3 z-10 flex flex-wrap items-center justify-between gap-2 rounded-xl border px-4 py-2 text-sm shadow-lg">
      <span>{title} was taken away.</span>
      <Button ref={way} onClick={onBack}>
        Put it back<span className="sr-only">: {title}</span>
      </Button>
    </div>
  );
}

/** Where a panel is now, for those who do not see it move. */
function saidOf({ title, place: { x, y, w, h } }: Panel): string {
  return `${title}: column ${x + 1}, row ${y + 1}, ${w} columns wide, ${h} rows high`;
}

interface HeadProps {
  readonly id: string;
  readonly version: number;
  readonly changing: Changing;
  readonly onAdd: () => void;
  readonly onAnew: () => void;
}

function Head({ id, version, changing, onAdd, onAnew }: HeadProps) {
  const { draft, change, isChanged } = changing;
  const go = useChange();
  const here = usePlace();
  const isNew = version === GONE;
  const saving = useChanging((over: number) => save(id, draft, over));
  const done = () => {
    forget(id);
    go({ edit: "", new: "" }, true);
  };
  const leave = () => {
    forget(id);
    window.location.hash = linkTo("/dashboards", here);
  };
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
          <Button onClick={isNew ? leave : done}>{isNew || isChanged ? "Discard" : "Close"}</Button>
          <Button
            look="first"
            disabled={saving.isPending || !(isNew || isChanged) || draft.title.trim() === ""}
            onClick={() => saving.mutate(version, { onSuccess: done })}
          >
            Save
          </Button>
        </div>
      </div>
      <p className="text-quiet hidden text-xs md:block">
        Drag ✥ to move a panel and ⤡ to resize it, or press arrow keys while one of them has the focus.
      </p>
      <p className="text-quiet text-xs md:hidden">
        Panels stand one below the other here; ✎ says where each is on a wide screen.
      </p>
      {saving.error ? (
        <Failed
          error={saving.error}
          id={id}
          onAnew={onAnew}
          onOver={(over) => saving.mutate(over, { onSuccess: done })}
        />
      ) : null}
    </header>
  );
}

/** Keep what is arranged in this tab until it is saved or discarded. */
function useKeeping({ draft, isChanged }: Changing, { id, version }: { id: string; version: number }): void {
  useEffect(() => {
    if (isChanged) keep(id, { draft, version });
    else forget(id);
  }, [id, draft, version, isChanged]);
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
