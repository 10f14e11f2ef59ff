/** Keys that work everywhere, but for where somebody types. */

import { useEffect } from "react";

import { parseRange, rangeText, stepped } from "../time/range";
import { linkTo, parsePlace, type Place, useChange } from "./location";
import { PAGES } from "./pages";
import { panel } from "./panels";
import { usualOf } from "./period";
import { nextTheme } from "./theme";

/** The key of a page, behind `g`. */
export const PAGE_KEYS: Readonly<Record<string, string>> = {
  "/": "o",
  "/endpoints": "e",
  "/alerts": "a",
  "/analysis": "n",
  "/health": "h",
  "/system": "s",
  "/instances": "i",
  "/explore": "x",
  "/dashboards": "d",
};

export interface Shortcut {
  readonly keys: string;
  readonly does: string;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: "Ctrl K or /", does: "search, or jump to something" },
  { keys: "[ and ]", does: "one period back and forward" },
  { keys: "p", does: "pause, and go on" },
  { keys: "c", does: "compare with the period before" },
  { keys: "m", does: "mark versions and alerts on charts, or not" },
  { keys: "t", does: "light, dark, or as the system" },
  { keys: "w", does: "show on a wall, and back" },
  { keys: "?", does: "this list" },
];

/** What keys do on a chart that has the focus. */
export const CHART_KEYS: readonly Shortcut[] = [
  { keys: "← → Home End", does: "read the values" },
  { keys: "-", does: "zoom out" },
  { keys: "drag", does: "zoom in" },
  { keys: "double click", does: "zoom out" },
];

type Change = (changes: Readonly<Record<string, string>>, replace?: boolean) => void;

const SEQUENCE_MS = 1500;

export function useShortcuts(): void {
  const change = useChange();
  useEffect(() => {
    let goMs = -Infinity;
    const pressed = (event: KeyboardEvent) => {
      if (isPalette(event)) {
        event.preventDefault();
        panel.set(panel.get() === "palette" ? null : "palette");
        return;
      }
      if (panel.get() !== null || isTyped(event)) return;
      const isBehindG = event.timeStamp - goMs < SEQUENCE_MS;
      goMs = event.key === "g" ? event.timeStamp : -Infinity;
      if (isBehindG ? go(event.key) : act(event.key, change)) event.preventDefault();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [change]);
}

function isPalette({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): boolean {
  return key.toLowerCase() === "k" && (ctrlKey || metaKey) && !shiftKey;
}

const TYPED = "input, select, textarea, [contenteditable], dialog *, [role=dialog] *";

/** Whether a key belongs to what has the focus, or to the browser. */
export function isTyped(event: KeyboardEvent): boolean {
  const { target, ctrlKey, metaKey, altKey, defaultPrevented } = event;
  if (ctrlKey || metaKey || altKey || defaultPrevented) return true;
  // Of what happens in a shadow root, such as an editor's, the target is the element that holds it.
  const [first = target] = event.composedPath();
  return first instanceof Element && first.matches(TYPED);
}

function go(key: string): boolean {
  const page = PAGES.find(({ path }) => PAGE_KEYS[path] === key);
  if (page === undefined) return false;
  window.location.hash = linkTo(page.path, parsePlace(window.location.hash));
  return true;
}

function act(key: string, change: Change): boolean {
  const action = ACTIONS[key];
  action?.(parsePlace(window.location.hash), change);
  return action !== undefined;
}

type Action = (here: Place, change: Change) => void;

function switching(name: string, value: string, replace = true): Action {
  return ({ parameters }, change) => change({ [name]: parameters.get(name) === value ? "" : value }, replace);
}

function stepping(direction: -1 | 1): Action {
  return ({ path, parameters }, change) => {
    const range = parseRange(parameters.get("range") ?? usualOf(path));
    change({ range: rangeText(stepped(range, direction, Date.now())) });
  };
}

export const ACTIONS: Readonly<Record<string, Action>> = {
  "/": () => panel.set("palette"),
  "?": () => panel.set("keys"),
  "[": stepping(-1),
  "]": stepping(1),
  p: switching("refresh", "off"),
  c: switching("compare", "1"),
  m: switching("markers", "off"),
  w: switching("wall", "1", false),
  t: nextTheme,
};
