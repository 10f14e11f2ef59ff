/** What a panel asks: several queries, each with how its series are called. */

import { useEffect, useRef } from "react";

import { Button } from "../../ui/Button";
import { Expression } from "../explore/Expression";
import { TextField } from "./fields";
import type { Asked } from "./types";
import { OFFERED, padded } from "./variables";

interface QueryFieldsProps {
  readonly queries: readonly Asked[];
  /** How often they could not be kept; from the first time on it is told what is wrong with them. */
  readonly refusals: number;
  readonly onChange: (queries: readonly Asked[]) => void;
  /** See what comes of them. */
  readonly onTry: () => void;
}

const MOST_QUERIES = 10;
const LONGEST_QUERY = 4000;
const LONGEST_LEGEND = 200;

export function QueryFields({ queries, refusals, onChange, onTry }: QueryFieldsProps) {
  const change = (at: number, changes: Partial<Asked>) =>
    onChange(queries.map((query, place) => (place === at ? { ...query, ...changes } : query)));
  return (
    <div className="grid gap-3">
      {queries.map((query, at) => (
        <QueryField
          key={at}
          name={`Query ${at + 1}`}
          query={query}
          problem={refusals > 0 ? problemOf(query) : null}
          refusals={refusals}
          onChange={(changes) => change(at, changes)}
          onTry={onTry}
          {...(queries.length > 1
            ? { onRemove: () => onChange(queries.filter((_, own) => own !== at)) }
            : {})}
        />
      ))}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button
          disabled={queries.length === MOST_QUERIES}
          onClick={() => onChange([...queries, { expr: "", legend: "" }])}
        >
          Another query
        </Button>
        <p className="text-quiet text-xs">Enter tries it. [$__rate_interval] fits the time that is shown.</p>
      </div>
    </div>
  );
}

/** What is wrong with a query before anybody is asked; nothing where nothing is. */
export function problemOf({ expr }: Asked): string | null {
  if (expr.trim() === "") return "Say in PromQL what it shows.";
  return expr.length > LONGEST_QUERY
    ? `It has ${expr.length} characters, ${LONGEST_QUERY} at most can be kept.`
    : null;
}

interface QueryFieldProps {
  readonly name: string;
  readonly query: Asked;
  readonly problem: string | null;
  readonly refusals: number;
  readonly onChange: (changes: Partial<Asked>) => void;
  readonly onTry: () => void;
  /** Left out where it is the only one. */
  readonly onRemove?: () => void;
}

function QueryField({ name, query, problem, refusals, onChange, onTry, onRemove }: QueryFieldProps) {
  return (
    <div className="grid items-start gap-3 sm:grid-cols-[3fr_1fr_auto]">
      <div className="min-w-0">
        <span aria-hidden="true" className="text-quiet mb-1 block text-xs font-medium">
          {name}, in PromQL
        </span>
        <div className="flex">
          <Expression
            label={`${name}, in PromQL`}
            value={query.expr}
            reading={padded}
            offered={OFFERED}
            isWrong={problem !== null}
            onChange={(expr) => onChange({ expr })}
            onSubmit={onTry}
          />
        </div>
        {problem ? <Problem key={refusals} text={`${name}: ${problem}`} /> : null}
      </div>
      <TextField
        name="Legend, such as {{http_route}}"
        most={LONGEST_LEGEND}
        value={query.legend}
        onChange={(legend) => onChange({ legend })}
      />
      {onRemove ? (
        <Button
          className="justify-self-end sm:mt-5 sm:h-10"
          onClick={onRemove}
          aria-label={`Remove ${name.toLowerCase()}`}
        >
          ✕
        </Button>
      ) : null}
    </div>
  );
}

/** It comes into view, since what was pressed is far below it on a phone. */
function Problem({ text }: { text: string }) {
  const place = useRef<HTMLParagraphElement>(null);
  useEffect(() => place.current?.scrollIntoView({ block: "center" }), []);
  return (
    <p ref={place} role="alert" className="text-bad mt-1 text-xs">
      {text}
    </p>
  );
}
