/** All dashboards: opened, made, brought in from a file, removed and brought back. */

import { type ChangeEvent, useRef, useState } from "react";

import { linkTo, usePlace } from "../../app/location";
import { useAnswer } from "../../api/questions";
import { Asked, Note } from "../../ui/Asked";
import { Button } from "../../ui/Button";
import { Changed } from "./Changed";
import { EXAMPLE } from "./example";
import { useRole } from "./role";
import { type Dashboards, type Imported, newId, type Summary } from "./types";
import { create, importFile, useChanging } from "./writing";

const REFRESH_MS = 60_000;

export function List() {
  const answer = useAnswer<Dashboards>("dashboards", {}, REFRESH_MS);
  const [imported, setImported] = useState<Imported | null>(null);
  return (
    <div className="grid gap-4">
      <Making onImported={setImported} />
      {imported ? <ImportNote imported={imported} /> : null}
      <Asked answer={answer}>
        {({ dashboards, note }) => (
          <>
            {note ? <Note title="Dashboards are in memory">{note}</Note> : null}
            {dashboards.length === 0 ? (
              <Note title="No dashboard yet">
                Begin with an empty one, with the example, or add a chart that you found on the page Explore.
                A file of Grafana works too.
              </Note>
            ) : (
              <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
                {dashboards.map((one) => (
                  <Entry key={one.id} one={one} />
                ))}
              </ul>
            )}
          </>
        )}
      </Asked>
    </div>
  );
}

function Entry({ one }: { one: Summary }) {
  const here = usePlace();
  return (
    <li className="bg-card border-line hover:border-accent relative rounded-xl border p-4">
      <a
        href={linkTo(`/dashboards/${one.id}`, here)}
        className="font-semibold after:absolute after:inset-0 after:rounded-xl"
      >
        {one.title}
      </a>
      {one.description ? <p className="mt-1 line-clamp-2 text-sm">{one.description}</p> : null}
      <p className="text-quiet mt-2 text-xs">
        {countText(one.panels)}, <Changed at={one.changedAt} by={one.changedBy} />
      </p>
    </li>
  );
}

function countText(panels: number): string {
  return panels === 1 ? "1 panel" : `${panels} panels`;
}

function Making({ onImported }: { onImported: (imported: Imported) => void }) {
  const here = usePlace();
  const making = useChanging(create);
  const taking = useChanging(importFile);
  const { mayChange, title } = useRole();
  const takeExample = () =>
    making.mutate(EXAMPLE, {
      onSuccess: ({ id }) => {
        window.location.hash = linkTo(`/dashboards/${id}`, here, { edit: "1" });
      },
    });
  const [mistake, setMistake] = useState<string | null>(null);
  const chosen = (file: File) => {
    setMistake(null);
    file
      .text()
      .then((text) => taking.mutate(JSON.parse(text), { onSuccess: onImported }))
      .catch(() => setMistake(`${file.name} is no JSON.`));
  };
  const failed = mistake ?? making.error?.message ?? taking.error?.message;
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap gap-2">
        <Button
          look="first"
          disabled={!mayChange}
          title={title}
          onClick={() => {
            window.location.hash = linkTo(`/dashboards/${newId()}`, here, { edit: "1", new: "1" });
          }}
        >
          New dashboard
        </Button>
        <Button disabled={!mayChange || making.isPending} title={title} onClick={takeExample}>
          From the example
        </Button>
        {mayChange ? <FileButton onChosen={chosen}>Import a file</FileButton> : null}
      </div>
      {failed ? (
        <p role="alert" className="text-bad text-sm">
          {failed}
        </p>
      ) : null}
    </div>
  );
}

function FileButton({ children, onChosen }: { children: string; onChosen: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const changed = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (file) onChosen(file);
  };
  return (
    <>
      <Button onClick={() => input.current?.click()}>{children}</Button>
      <input
        ref={input}
        type="file"
        accept="application/json,.json"
        aria-label="A dashboard as JSON, of here or of Grafana"
        className="hidden"
        onChange={changed}
      />
    </>
  );
}

function ImportNote({ imported: { dashboard, leftOut } }: { imported: Imported }) {
  const here = usePlace();
  return (
    <div role="status" className="bg-raised rounded-lg px-4 py-3 text-sm">
      <p className="font-medium">
        <a className="text-accent underline" href={linkTo(`/dashboards/${dashboard.id}`, here)}>
          {dashboard.title}
        </a>{" "}
        was imported with {countText(dashboard.panels.length)}.
      </p>
      {leftOut.length > 0 ? (
        <>
          <p className="mt-2">What could not be shown here was left out:</p>
          <ul className="text-quiet mt-1 list-disc pl-5">
            {leftOut.map(({ panel, reason }, at) => (
              <li key={at}>
                {panel}: {reason}
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </div>
  );
}
