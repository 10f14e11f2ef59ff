import "./index.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { Shell } from "./app/Shell";
import { showTheme } from "./app/theme";

showTheme();

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Shell />
    </StrictMode>,
  );
}
