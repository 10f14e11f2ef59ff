/** What stands around every page: where to go, which time it is about, whether the server answers. */

import { type QueryClient, QueryClientProvider, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";

import { connection } from "../live/connection";
import { useLive } from "../live/useLive";
import { Banner } from "./Banner";
import { Bar } from "./bar/Bar";
import { WallBar } from "./bar/WallBar";
import { Content } from "./Content";
import { usePlace } from "./location";
import { Navigation } from "./Navigation";
import { panel } from "./panels";
import { useShortcuts } from "./shortcuts";
import { SignIn } from "./SignIn";
import { useStore } from "./store";

const Palette = lazy(() => import("./palette/Palette"));
const Keys = lazy(() => import("./Keys"));

export function Shell({ client }: { client: QueryClient }) {
  return (
    <QueryClientProvider client={client}>
      <Frame />
      <SignIn />
    </QueryClientProvider>
  );
}

function Frame() {
  useLive(useQueryClient());
  useShortcuts();
  const isWall = usePlace().parameters.get("wall") === "1";
  useEffect(() => {
    document.documentElement.toggleAttribute("data-wall", isWall);
  }, [isWall]);
  const { isLost } = useStore(connection);
  return (
    <>
      <a
        href="#main"
        onClick={skip}
        className="bg-card sr-only z-40 rounded p-2 focus:not-sr-only focus:absolute"
      >
        Skip to the content
      </a>
      <div className={`mx-auto flex min-h-screen flex-col md:flex-row ${isWall ? "" : "max-w-[1800px]"}`}>
        {isWall ? null : <Navigation />}
        <div className="flex min-w-0 flex-1 flex-col">
          {isWall ? <WallBar /> : <Bar />}
          <Banner />
          <main
            id="main"
            tabIndex={-1}
            data-old={isLost || undefined}
            className="flex-1 px-4 pb-10 outline-none data-old:opacity-60 data-old:saturate-50 md:px-6"
          >
            <Content />
          </main>
        </div>
      </div>
      <Panels />
    </>
  );
}

/** The part behind the `#` is where the reader is; a jump within the page must not change it. */
function skip(event: React.MouseEvent): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function Panels() {
  const shown = useStore(panel);
  return (
    <Suspense>
      {shown === "palette" ? <Palette /> : null}
      {shown === "keys" ? <Keys /> : null}
    </Suspense>
  );
}
