/** Jump to anything, and do anything, by a few letters of its name. */

import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { metricNames } from "../../api/prometheus";
import { useAnswer } from "../../api/questions";
import type { Endpoints } from "../../api/types";
import { Dialog } from "../../ui/Dialog";
import { useChange, usePlace } from "../location";
import { panel } from "../panels";
import { usePeriod } from "../period";
import { actionCommands, type Command, endpointCommands, metricCommands, pageCommands } from "./commands";
import { matches } from "./match";

const MOST = 50;
const LIST = "palette-list";
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

export default function Palette() {
  const [wanted, setWanted] = useState("");
  const [place, setPlace] = useState(0);
  const commands = useCommands();
  const found = useMemo(
    () => matches(wanted, commands, (one) => `${one.kind} ${one.name}`).slice(0, MOST),
    [wanted, commands],
  );
  const at = Math.min(place, Math.max(found.length - 1, 0));
  const chosen = found[at];
  const pressed = (event: React.KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step !== undefined) setPlace((at + step + found.length) % Math.max(found.length, 1));
    else if (event.key === "Enter" && chosen) carryOut(chosen);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Search" isTitleShown={false} onClose={() => panel.set(null)}>
      <input
        role="combobox"
        aria-label="Search pages, endpoints, metrics and actions"
        aria-expanded
        aria-controls={LIST}
        aria-activedescendant={chosen ? idOf(at) : undefined}
        aria-autocomplete="list"
        autoFocus
        spellCheck={false}
        autoComplete="off"
        placeholder="A page, an endpoint, a metric, an action…"
        value={wanted}
        onChange={(event) => {
          setWanted(event.target.value);
          setPlace(0);
        }}
        onKeyDown={pressed}
        className="border-line border-b bg-transparent px-5 py-4 text-base -outline-offset-2"
      />
      <ul id={LIST} role="listbox" aria-label="Found" className="overflow-y-auto p-2">
        {found.map((command, index) => (
          <Entry key={command.id} id={idOf(index)} command={command} isChosen={index === at} />
        ))}
      </ul>
      <p role="status" className={found.length ? "sr-only" : "text-quiet px-5 pb-4 text-sm"}>
        {found.length ? `${found.length} found` : "Nothing of that name."}
      </p>
    </Dialog>
  );
}

function idOf(at: number): string {
  return `palette-${at}`;
}

function carryOut(command: Command): void {
  panel.set(null);
  if (command.href !== undefined) window.location.hash = command.href;
  command.run?.();
}

function useCommands(): readonly Command[] {
  const here = usePlace();
  const change = useChange();
  const { asked } = usePeriod();
  const endpoints = useAnswer<Endpoints>("endpoints", { ...asked, limit: 200 }, false).data;
  const { data: names } = useQuery({
    queryKey: ["metric names"],
    queryFn: ({ signal }) => metricNames(signal),
  });
  return useMemo(
    () => [
      ...pageCommands(here),
      ...actionCommands(here, change),
      ...(endpoints ? endpointCommands(endpoints, here) : []),
      ...metricCommands(names ?? [], here),
    ],
    [here, change, endpoints, names],
  );
}

interface EntryProps {
  readonly id: string;
  readonly command: Command;
  readonly isChosen: boolean;
}

function Entry({ id, command, isChosen }: EntryProps) {
  return (
    <li
      id={id}
      role="option"
      aria-selected={isChosen}
      ref={isChosen ? show : undefined}
      onClick={() => carryOut(command)}
      className="aria-selected:bg-raised hover:bg-raised flex cursor-pointer items-baseline gap-3 rounded-lg px-3 py-2 text-sm"
    >
      <span className="min-w-0 flex-1 truncate">{command.name}</span>
      {command.keys ? (
        <kbd className="border-line text-quiet rounded border px-1 text-xs">{command.keys}</kbd>
      ) : null}
      <span className="text-quiet text-xs">{command.kind}</span>
    </li>
  );
}

function show(entry: HTMLElement | null): void {
  entry?.scrollIntoView({ block: "nearest" });
}
