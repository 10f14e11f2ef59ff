/** Whether what is shown is of now: live, asked for now and then, standing still, or cut off. */

import type { ComponentProps } from "react";

import { useStore } from "../store";
import { connection, stream, type StreamState } from "../../live/connection";
import { Button } from "../../ui/Button";
import { useChange, usePlace } from "../location";
import { type Refresh, refreshOf, REFRESHES } from "../pace";

interface State {
  readonly word: string;
  readonly color: string;
  readonly sign: string;
}

export function Freshness() {
  const refresh = refreshOf(usePlace().parameters);
  const change = useChange();
  const isPaused = refresh === "off";
  const { isLost } = useStore(connection);
  const { word, color, sign } = stateOf(refresh, useStore(stream), isLost);
  return (
    <div role="group" aria-label="Refresh" className="flex items-center gap-1">
      <span role="status" className={`flex min-w-[4.5rem] items-center gap-1.5 px-1 text-sm ${color}`}>
        <span aria-hidden="true" className="text-[0.7em]">
          {sign}
        </span>
        {word}
      </span>
      <Button
        aria-label={isPaused ? "Go on" : "Pause"}
        title={`${isPaused ? "Go on" : "Pause"}  p`}
        className="bg-card px-2"
        onClick={() => change({ refresh: isPaused ? "" : "off" }, true)}
      >
        <Icon isPaused={isPaused} />
      </Button>
      <Pace className="border-line bg-card hidden rounded-lg border px-2 py-1.5 text-sm sm:block" />
    </div>
  );
}

/** How often to ask anew; takes what a control is given. */
export function Pace(given: Omit<ComponentProps<"select">, "value" | "onChange">) {
  const refresh = refreshOf(usePlace().parameters);
  const change = useChange();
  return (
    <select
      aria-label="How often to refresh"
      value={refresh}
      onChange={(event) => change({ refresh: event.target.value === "live" ? "" : event.target.value }, true)}
      {...given}
    >
      {REFRESHES.map((one) => (
        <option key={one} value={one}>
          {TEXTS[one]}
        </option>
      ))}
    </select>
  );
}

const TEXTS: Readonly<Record<Refresh, string>> = {
  live: "as it changes",
  "5s": "every 5 s",
  "15s": "every 15 s",
  "1m": "every minute",
  off: "never",
};

export function stateOf(refresh: Refresh, state: StreamState, isLost: boolean): State {
  if (isLost) return { word: "reconnecting", color: "text-bad", sign: "■" };
  if (refresh === "off") return { word: "paused", color: "text-warn", sign: "▲" };
  if (state === "open") return { word: "live", color: "text-good", sign: "●" };
  return { word: "polling", color: "text-quiet", sign: "○" };
}

function Icon({ isPaused }: { isPaused: boolean }) {
  return (
    <svg viewBox="0 0 16 16" className="size-4" aria-hidden="true" fill="currentColor">
      {isPaused ? <path d="M4 2.5v11l9-5.5z" /> : <path d="M4 2.5h3v11H4zM9 2.5h3v11H9z" />}
    </svg>
  );
}
