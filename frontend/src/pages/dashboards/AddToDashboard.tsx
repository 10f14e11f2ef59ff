/** A button that adds what is on a page to a dashboard, old or new. */

import { type SyntheticEvent, useState } from "react";

import { get } from "../../api/client";
import { useAnswer } from "../../api/questions";
import { linkTo, usePlace } from "../../app/location";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { newPanel, sizeOf } from "./choices";
import { KindField, LONGEST_TITLE, TitleField } from "./fields";
import { freePlace } from "./layout";
import { useRole } from "./role";
import { type Asked, type Dashboard, type Dashboards, draftOf, type Kind } from "./types";
import { create, pathOf, save, useChanging } from "./writing";

export interface AddToDashboardProps {
  readonly queries: readonly Asked[];
  /** How it is shown where the page is; it can be chosen anew. */
  readonly kind?: Kind;
  readonly unit?: string;
  readonly title?: string;
}

export function AddToDashboard(props: AddToDashboardProps) {
  const [isOpen, setIsOpen] = useState(false);
  const { mayChange, title } = useRole();
  const isEmpty = props.queries.every(({ expr }) => expr.trim() === "");
  return (
    <>
      <Button disabled={isEmpty || !mayChange} title={title} onClick={() => setIsOpen(true)}>
        Add to dashboard
      </Button>
      {isOpen ? <Adding {...props} onClose={() => setIsOpen(false)} /> : null}
    </>
  );
}

interface Wanted {
  /** Empty for a new dashboard. */
  readonly id: string;
  readonly title: string;
  readonly kind: Kind;
}

function Adding({
  queries,
  kind = "line",
  unit = "",
  title = "",
  onClose,
}: AddToDashboardProps & { onClose: () => void }) {
  const list = useAnswer<Dashboards>("dashboards", {}, false);
  const [wanted, setWanted] = useState<Wanted>({
    id: "",
    title: title || (queries[0]?.expr ?? "").slice(0, LONGEST_TITLE),
    kind,
  });
  const adding = useChanging((given: Wanted) => add(given, { queries, unit }));
  const change = (changes: Partial<Wanted>) => setWanted((before) => ({ ...before, ...changes }));
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    adding.mutate(wanted);
  };
  return (
    <Dialog title="Add to a dashboard" onClose={onClose}>
      {adding.data ? (
        <Added dashboard={adding.data} onClose={onClose} />
      ) : (
        <form onSubmit={submit} className="grid gap-4 overflow-y-auto p-5">
          <Field name="Dashboard">
            {(given) => (
              <select {...given} value={wanted.id} onChange={(event) => change({ id: event.target.value })}>
                <option value="">a new one</option>
                {(list.data?.dashboards ?? []).map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.title}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <TitleField
            name="Title of the panel"
            value={wanted.title}
            onChange={(title) => change({ title })}
          />
          <KindField value={wanted.kind} onChange={(kind) => change({ kind })} />
          {adding.error ? (
            <p role="alert" className="text-bad text-sm">
              {adding.error.message}
            </p>
          ) : null}
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" look="first" disabled={adding.isPending}>
              Add
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function Added({ dashboard, onClose }: { dashboard: Dashboard; onClose: () => void }) {
  const here = usePlace();
  return (
    <div className="grid gap-4 p-5 text-sm">
      <p role="status">
        It is on{" "}
        <a className="text-accent underline" href={linkTo(`/dashboards/${dashboard.id}`, here)}>
          {dashboard.title}
        </a>
        .
      </p>
      <div className="flex justify-end">
        <Button onClick={onClose}>Stay here</Button>
      </div>
    </div>
  );
}

/** Put a panel to the first free place of a dashboard; of a new one, where none is named. */
async function add(
  { id, title, kind }: Wanted,
  { queries, unit }: { readonly queries: readonly Asked[]; readonly unit: string },
): Promise<Dashboard> {
  const changes = {
    title: title.trim(),
    kind,
    unit,
    queries: queries.filter(({ expr }) => expr.trim() !== ""),
  };
  if (id === "") {
    const place = freePlace([], sizeOf(kind));
    return create({ title: changes.title, description: "", panels: [newPanel(place, changes)] });
  }
  const dashboard = await get<Dashboard>(pathOf(id), {});
  const draft = draftOf(dashboard);
  const panel = newPanel(freePlace(draft.panels, sizeOf(kind)), changes);
  return save(id, { ...draft, panels: [...draft.panels, panel] }, dashboard.version);
}
