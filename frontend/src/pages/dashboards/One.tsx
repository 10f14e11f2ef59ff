/** One dashboard: looked at, or arranged. */

import { useEffect, useState } from "react";

import { linkTo, useChange, usePlace } from "../../app/location";
import { useMarkers } from "../../app/markers";
import { useAnswer } from "../../api/questions";
import { Asked, Note } from "../../ui/Asked";
import { Button } from "../../ui/Button";
import { Arrange } from "./Arrange";
import { Changed } from "./Changed";
import { Grid } from "./Grid";
import { useRole } from "./role";
import { type Dashboard, draftOf, EMPTY, panelsOf } from "./types";
import { create, GONE, pathOf, save, useChanging, useRemoving } from "./writing";

const REFRESH_MS = 60_000;

export function One({ id }: { id: string }) {
  const { parameters } = usePlace();
  const isEdited = parameters.get("edit") === "1";
  const isNew = parameters.get("new") === "1";
  const change = useChange();
  const [removed, setRemoved] = useState<Dashboard | null>(null);
  const [round, setRound] = useState(0);
  const [isBack, setIsBack] = useState(isEdited);
  if (isEdited && !isBack) setIsBack(true);
  const answer = useAnswer<Dashboard>(pathOf(id), {}, isEdited ? false : REFRESH_MS, {
    enabled: removed === null && !isNew,
  });
  if (isNew) return <Arrange id={id} draft={EMPTY} version={GONE} onAnew={() => change({ new: "" }, true)} />;
  if (removed) return <Removed dashboard={removed} onBack={() => setRemoved(null)} />;
  return (
    <Asked answer={answer}>
      {(dashboard) =>
        isEdited ? (
          <Arrange
            key={round}
            id={id}
            draft={draftOf(dashboard)}
            version={dashboard.version}
            onAnew={() => void answer.refetch().then(() => setRound(round + 1))}
          />
        ) : (
          <Look dashboard={dashboard} isBack={isBack} onRemoved={setRemoved} />
        )
      }
    </Asked>
  );
}

interface LookProps {
  readonly dashboard: Dashboard;
  /** Whether somebody arranged it before: the focus goes to where they came from. */
  readonly isBack: boolean;
  readonly onRemoved: (gone: Dashboard) => void;
}

function Look({ dashboard, isBack, onRemoved }: LookProps) {
  const { title, description, panels, note, changedAt, changedBy } = dashboard;
  const markers = useMarkers();
  const change = useChange();
  return (
    <div className="grid gap-4">
      <header className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-64 flex-1">
          <Back />
          <h2 className="text-lg font-semibold">{title}</h2>
          {description ? <p className="text-sm">{description}</p> : null}
          <p className="text-quiet text-xs">
            <Changed at={changedAt} by={changedBy} />
          </p>
        </div>
        <Tools dashboard={dashboard} isBack={isBack} onRemoved={onRemoved} />
      </header>
      {note ? <Note title="This dashboard is in memory">{note}</Note> : null}
      {panels.length === 0 ? (
        <div className="grid justify-items-start gap-3">
          <Note title="No panel yet">Add panels here, or from the page Explore.</Note>
          <Button look="first" onClick={() => change({ edit: "1" })}>
            Add a panel
          </Button>
        </div>
      ) : (
        <Grid panels={panelsOf(dashboard)} markers={markers} />
      )}
    </div>
  );
}

function Back() {
  const here = usePlace();
  return (
    <a href={linkTo("/dashboards", here)} className="text-accent text-xs underline">
      All dashboards
    </a>
  );
}

function Tools({ dashboard, isBack, onRemoved }: LookProps) {
  const here = usePlace();
  const change = useChange();
  const removing = useRemoving();
  const copying = useChanging(create);
  const { id, title } = dashboard;
  const { mayChange, title: why } = useRole();
  const copy = () =>
    copying.mutate(
      { ...draftOf(dashboard), title: `${title} (copy)` },
      {
        onSuccess: (made) => {
          window.location.hash = linkTo(`/dashboards/${made.id}`, here, { edit: "1" });
        },
      },
    );
  const failed = removing.error ?? copying.error;
  return (
    <div className="grid justify-items-end gap-2">
      <div className="flex flex-wrap gap-2">
        <Button
          look="first"
          autoFocus={isBack}
          disabled={!mayChange}
          title={why}
          onClick={() => change({ edit: "1" })}
        >
          Arrange
        </Button>
        <Share />
        <Export id={id} />
        <Button disabled={!mayChange || copying.isPending} title={why} onClick={copy}>
          Duplicate
        </Button>
        <Button
          look="danger"
          disabled={!mayChange || removing.isPending}
          title={why}
          onClick={() => removing.mutate(id, { onSuccess: onRemoved })}
        >
          Remove
        </Button>
      </div>
      {failed ? (
        <p role="alert" className="text-bad text-sm">
          {failed.message}
        </p>
      ) : null}
    </div>
  );
}

const TOLD_MS = 2000;

function Share() {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setIsCopied(false), TOLD_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () => {
    // Where the page is not served securely there is no clipboard: the address bar has the same.
    if (!window.isSecureContext) return;
    void navigator.clipboard.writeText(window.location.href).then(() => setIsCopied(true));
  };
  return (
    <Button onClick={copy} title="The address of this dashboard with the time and the filters">
      <span aria-live="polite">{isCopied ? "Copied" : "Copy link"}</span>
    </Button>
  );
}

function Export({ id }: { id: string }) {
  const look = "border-line hover:bg-raised rounded-lg border px-3 py-1.5 text-sm whitespace-nowrap";
  return (
    <>
      <a href={`./${pathOf(id)}/export`} download className={look}>
        Export
      </a>
      <a href={`./${pathOf(id)}/export?format=grafana`} download className={look}>
        Export for Grafana
      </a>
    </>
  );
}

function Removed({ dashboard, onBack }: { dashboard: Dashboard; onBack: () => void }) {
  const restoring = useChanging((gone: Dashboard) => save(gone.id, draftOf(gone), GONE));
  return (
    <div className="grid justify-items-start gap-3">
      <Note title={`${dashboard.title} was removed`}>
        As long as this page is open, it can be brought back as it was, under the same address.
      </Note>
      <div className="flex gap-2">
        <Button
          look="first"
          disabled={restoring.isPending}
          onClick={() => restoring.mutate(dashboard, { onSuccess: onBack })}
        >
          Bring it back
        </Button>
      </div>
      {restoring.error ? (
        <p role="alert" className="text-bad text-sm">
          {restoring.error.message}
        </p>
      ) : null}
      <Back />
    </div>
  );
}
