/** Light or dark: as the system has it, or as the reader chose for this browser. */

import { schemeChanged } from "../charts/colors";
import { makeStore } from "./store";
import { recall, remember } from "./memory";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const NAME = "theme";

export const theme = makeStore<Theme>(themeOf(recall(NAME)));

export function themeOf(said: string | null): Theme {
  return THEMES.find((one) => one === said) ?? "system";
}

export function chooseTheme(chosen: Theme): void {
  remember(NAME, chosen === "system" ? null : chosen);
  theme.set(chosen);
  showTheme();
}

export function nextTheme(): void {
  chooseTheme(THEMES[(THEMES.indexOf(theme.get()) + 1) % THEMES.length] ?? "system");
}

/** Have the page look as chosen. */
export function showTheme(): void {
  const chosen = theme.get();
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  schemeChanged();
}
