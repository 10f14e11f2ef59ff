/** The expressions, each with its letter: to write, to add, to take away, and to take up again. */

import { useState } from "react";

import { Button } from "../../ui/Button";
import { letterOf, MOST_QUERIES } from "./asked";
import { Expression } from "./Expression";
import { readHistory, remembered, writeHistory } from "./history";

interface QueriesProps {
  /** What the address asks. */
  readonly asked: readonly string[];
  readonly onAsk: (queries: readonly string[]) => void;
}

export function Queries({ asked, onAsk }: QueriesProps) {
  const [drafts, setDrafts] = useDrafts(asked);
  const [earlier, setEarlier] = useState(readHistory);
  const submit = () => {
    const kept = drafts.reduce(remembered, earlier);
    setEarlier(kept);
    writeHistory(kept);
    onAsk(drafts);
  };
  const put = (at: number, text: string) =>
    setDrafts(drafts.map((draft, own) => (own === at ? text : draft)));
  const remove = (at: number) => {
    const rest = drafts.filter((_, own) => own !== at);
    setDrafts(rest);
    onAsk(rest);
  };
  return (
    <form
      className="grid gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {drafts.map((draft, at) => (
        <div key={at} className="flex items-start gap-2">
          <span aria-hidden="true" className="text-quiet w-4 shrink-0 pt-2 text-center font-mono text-sm">
            {letterOf(at)}
          </span>
          <Expression
            label={`Expression ${letterOf(at)}`}
            value={draft}
            onChange={(text) => put(at, text)}
            onSubmit={submit}
          />
          {drafts.length > 1 ? (
            <Button
              className="h-10"
              aria-label={`Take away expression ${letterOf(at)}`}
              onClick={() => remove(at)}
            >
              ×
            </Button>
          ) : null}
        </div>
      ))}
      <div className="flex flex-wrap items-center gap-2 pl-6">
        <Button type="submit" look="first">
          Ask
        </Button>
        {drafts.length < MOST_QUERIES ? (
          <Button onClick={() => setDrafts([...drafts, ""])}>Another expression</Button>
        ) : null}
        <Earlier queries={earlier} onPick={(query) => put(drafts.length - 1, query)} />
      </div>
    </form>
  );
}

/** What is written and not asked yet; another address brings its own. */
function useDrafts(asked: readonly string[]): [readonly string[], (drafts: readonly string[]) => void] {
  const key = JSON.stringify(asked);
  const [of, setOf] = useState(key);
  const [drafts, setDrafts] = useState(asked.length ? asked : [""]);
  if (of !== key) {
    setOf(key);
    setDrafts(asked.length ? asked : [""]);
  }
  return [drafts, setDrafts];
}

const SHOWN = 80;

function Earlier({ queries, onPick }: { queries: readonly string[]; onPick: (query: string) => void }) {
  if (queries.length === 0) return null;
  return (
    <label className="min-w-0">
      <span className="sr-only">Asked earlier</span>
      <select
        value=""
        onChange={(event) => onPick(event.target.value)}
        className="border-line bg-card max-w-44 rounded-lg border px-2 py-1.5 text-sm"
      >
        <option value="">asked earlier…</option>
        {queries.map((query) => (
          <option key={query} value={query}>
            {query.length > SHOWN ? `${query.slice(0, SHOWN)}…` : query}
          </option>
        ))}
      </select>
    </label>
  );
}
