/** The page hears of changes while somebody looks at it. */

import { type QueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

import { noteOutcomes } from "../api/client";
import { refreshOf } from "../app/pace";
import { usePlace } from "../app/location";
import { useStore } from "../app/store";
import { applyTo } from "./apply";
import { connection, note, stranger, stream } from "./connection";
import { Feed } from "./feed";

/**
 * Whoever looks at another page for a moment comes back to what is new; after this long the stream is let go.
 * Browsers open six connections to a host at most, over all of their tabs, and each stream is one.
 */
const AWAY_MS = 30_000;

export function useLive(client: QueryClient): void {
  const refresh = refreshOf(usePlace().parameters);
  const isPaused = refresh === "off";
  const isStranger = useStore(stranger);
  const { isLost } = useStore(connection);
  useAgain(client, isLost, isPaused);
  const isOn = !isPaused && !isStranger && !isLost;
  const withMetrics = refresh === "live";

  useEffect(() => {
    noteOutcomes(note);
  }, []);

  useEffect(() => {
    if (!isOn) return;
    const applied = applyTo(client);
    const feed = new Feed({
      heard: (topic, data) => {
        if (topic !== "metrics" || withMetrics) applied.heard(topic, data);
      },
      missed: applied.missed,
      became: (state) => {
        stream.set(state);
        if (state === "open") applied.opened();
      },
    });
    const leave = whileSeen(feed, applied.missed);
    return () => {
      leave();
      feed.close();
      applied.end();
    };
  }, [client, isOn, withMetrics]);
}

/** Ask everything anew once the server is back, and once the reader has the page go on. */
function useAgain(client: QueryClient, isLost: boolean, isPaused: boolean): void {
  const before = useRef({ isLost, isPaused });
  useEffect(() => {
    const isBack = before.current.isLost && !isLost;
    const goesOn = before.current.isPaused && !isPaused;
    before.current = { isLost, isPaused };
    if (isBack || goesOn) void client.invalidateQueries();
  }, [client, isLost, isPaused]);
}

/** Keep the stream open while the page is in sight; what it missed while it was not is asked for anew. */
function whileSeen(feed: Feed, missed: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOpen = false;
  const look = () => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden") {
      timer = setTimeout(() => {
        feed.close();
        isOpen = false;
      }, AWAY_MS);
    } else if (!isOpen) {
      feed.open();
      isOpen = true;
      if (timer !== undefined) missed();
    }
  };
  look();
  document.addEventListener("visibilitychange", look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  };
}
