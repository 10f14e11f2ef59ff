/** Says calmly that the server is gone, and since when; what is shown stays, and is marked as old. */

import { useEffect, useState } from "react";

import { ago } from "../format/moment";
import { connection } from "../live/connection";
import { useStore } from "./store";

const SECOND_MS = 1000;

export function Banner() {
  const { isLost, heardMs } = useStore(connection);
  return (
    <div role="status" className="empty:hidden">
      {isLost ? (
        <div className="border-warn bg-card mx-4 mb-3 rounded-lg border px-4 py-2 text-sm md:mx-6">
          <strong className="font-medium">Reconnecting…</strong> The server was last heard of{" "}
          <Since atMs={heardMs} />; what is shown is from then.
        </div>
      ) : null}
    </div>
  );
}

function Since({ atMs }: { atMs: number }) {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  // Read aloud once, rather than every second.
  return <span aria-live="off">{ago(atMs, nowMs)}</span>;
}
