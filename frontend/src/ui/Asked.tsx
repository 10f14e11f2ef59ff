/** What is shown of an answer: that it is on its way, why there is none, or what it says. */

import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, startTransition, useEffect, useState } from "react";

import { Unreachable } from "../api/client";
import { Waiting } from "./Waiting";

interface AskedProps<Answer> {
  readonly answer: UseQueryResult<Answer>;
  readonly children: (found: Answer) => ReactNode;
  /** How high in pixels what comes will be, so that nothing below it moves; 96 where left out. */
  readonly height?: number;
}

export function Asked<Answer>({ answer, children, height = 96 }: AskedProps<Answer>) {
  const isThere = answer.data !== undefined;
  const [isShown, setShown] = useState(isThere);
  // What comes later is worked out in pieces: an answer is often a screen full of charts.
  useEffect(() => {
    if (isThere) startTransition(() => setShown(true));
  }, [isThere]);
  if (answer.data !== undefined && isShown) return children(answer.data);
  if (answer.error) return <Note title={titleOf(answer.error)}>{answer.error.message}</Note>;
  // Of its own: what takes its place would else be this very element, grown and moved.
  return <Waiting key="loading" height={height} />;
}

function titleOf(error: Error): string {
  return error instanceof Unreachable ? "Reconnecting" : "This could not be answered";
}

/** Why there is nothing here, and what to do about it. */
export function Note({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="bg-raised rounded-lg px-4 py-3 text-sm">
      <p className="font-medium">{title}</p>
      {children ? <p className="text-quiet mt-1">{children}</p> : null}
    </div>
  );
}
