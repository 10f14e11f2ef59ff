/** A card of one part of an answer, which says why it is empty or failed. */

import type { ReactNode } from "react";

import type { Part } from "../api/types";
import { Note } from "./Asked";
import { Card } from "./Card";

interface PartCardProps<Data> {
  readonly title: string;
  readonly part: Part<Data>;
  readonly children: (data: NonNullable<Data>) => ReactNode;
  readonly aside?: ReactNode;
  readonly className?: string;
}

export function PartCard<Data>({ title, part, children, aside, className = "" }: PartCardProps<Data>) {
  return (
    <Card title={title} aside={aside} className={className}>
      {part.data !== null && part.data !== undefined && part.state === "ok" ? (
        children(part.data)
      ) : (
        <Note title={part.state === "failed" ? "This part could not be worked out" : "Nothing to see"}>
          {part.note}
        </Note>
      )}
    </Card>
  );
}
