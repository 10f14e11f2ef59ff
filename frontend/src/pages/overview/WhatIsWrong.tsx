/** The whole in one look: the score, what is wrong, since when, and why, each with the page that says more. */

import type { Dashboard } from "../../api/types";
import { linkTo, usePlace } from "../../app/location";
import { ago } from "../../format/moment";
import { Badge } from "../../ui/Badge";
import type { Clue } from "./clues";
import { Ring } from "./Ring";
import { storyOf } from "./story";

const BORDERS = {
  good: "border-l-good",
  warn: "border-l-warn",
  bad: "border-l-bad",
  muted: "border-l-muted",
};
const KINDS: Readonly<Record<Clue["kind"], string>> = {
  check: "check",
  endpoint: "where",
  unusual: "unusual",
  insight: "insight",
};

export function WhatIsWrong({ found }: { found: Dashboard }) {
  const { tone, word, what, sinceMs, path, clues } = storyOf(found);
  const atMs = Date.parse(found.at);
  return (
    <section
      aria-label="What is wrong"
      className={`bg-card border-line flex flex-col gap-x-6 gap-y-4 rounded-xl border border-l-4 p-4 sm:flex-row ${BORDERS[tone]}`}
    >
      <Score found={found} />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-3 text-sm">
          <Badge tone={tone}>{word}</Badge>
          {sinceMs === null ? null : <span className="text-quiet">since {spanText(sinceMs, atMs)}</span>}
        </p>
        <Sentence text={what} path={path} />
        {clues.length === 0 ? null : (
          <ul className="mt-3 space-y-1.5 text-sm">
            {clues.map((clue) => (
              <Line key={`${clue.kind}${clue.text}`} clue={clue} atMs={atMs} />
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function spanText(sinceMs: number, atMs: number): string {
  return ago(sinceMs, atMs).replace(/ ago$/, "");
}

function Sentence({ text, path }: { text: string; path: string }) {
  const here = usePlace();
  const shown = "mt-1 text-lg leading-snug font-semibold text-balance";
  if (path === "") return <p className={shown}>{text}</p>;
  return (
    <p className={shown}>
      <a href={linkTo(path, here)} className="hover:underline">
        {text}
      </a>
    </p>
  );
}

function Line({ clue, atMs }: { clue: Clue; atMs: number }) {
  const here = usePlace();
  return (
    <li className="flex gap-3">
      <span className="text-quiet w-14 shrink-0 text-xs leading-5">{KINDS[clue.kind]}</span>
      <a href={linkTo(clue.path, here)} className="min-w-0 hover:underline">
        {clue.sinceMs === null ? clue.text : clue.text.replace(/\.$/, "")}
        {clue.sinceMs === null ? null : (
          <span className="text-quiet">, since {spanText(clue.sinceMs, atMs)}</span>
        )}
      </a>
    </li>
  );
}

const FULL = 99.5;
const MOST_REASONS = 3;

function Score({ found }: { found: Dashboard }) {
  const { data, note } = found.health;
  if (data === null) return <p className="text-quiet text-sm">{note}</p>;
  const reasons = data.reasons.filter((reason) => reason.score < FULL).slice(0, MOST_REASONS);
  return (
    <div className="flex shrink-0 items-center gap-4 sm:max-w-sm">
      <Ring score={data.score} status={data.scoreStatus} />
      <div className="min-w-0 text-xs">
        <p className="text-quiet font-medium">Health score</p>
        <ul className="text-quiet mt-1 space-y-1">
          {reasons.length === 0 ? <li>Nothing counts against it.</li> : null}
          {reasons.map((reason) => (
            <li key={reason.name}>{reason.why}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}
