import "./index.css";

import { startTransition, StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { makeClient } from "./api/questions";
import { askFirst } from "./app/ahead";
import { Shell } from "./app/Shell";
import { showTheme } from "./app/theme";

showTheme();
const client = makeClient();
askFirst(client);

const element = document.getElementById("root");
if (element) {
  const root = createRoot(element);
  // As a transition it is worked out in pieces, between which the browser paints and the reader is heard.
  startTransition(() => {
    root.render(
      <StrictMode>
        <Shell client={client} />
      </StrictMode>,
    );
  });
}
