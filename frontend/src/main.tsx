import "./index.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { makeClient } from "./api/questions";
import { askFirst } from "./app/ahead";
import { Shell } from "./app/Shell";
import { showTheme } from "./app/theme";

showTheme();
const client = makeClient();
askFirst(client);

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Shell client={client} />
    </StrictMode>,
  );
}
