import { beforeEach, describe, expect, it, vi } from "vitest";

import { parsePlace } from "./location";
import { PAGES } from "./pages";
import { ACTIONS, isTyped, PAGE_KEYS, SHORTCUTS } from "./shortcuts";

function pressed(html: string, init: KeyboardEventInit = {}): KeyboardEvent {
  document.body.innerHTML = html;
  const event = new KeyboardEvent("keydown", { key: "p", bubbles: true, ...init });
  document.body.firstElementChild?.dispatchEvent(event);
  return event;
}

beforeEach(() => {
  document.body.innerHTML = "";
});

describe("a key", () => {
  it.each(["<input>", "<textarea></textarea>", "<select></select>"])("belongs to %s", (html) => {
    expect(isTyped(pressed(html))).toBe(true);
  });

  it("belongs to an editor in a shadow root", () => {
    const seen: boolean[] = [];
    document.body.innerHTML = "<div></div>";
    const root = document.body.firstElementChild?.attachShadow({ mode: "open" });
    if (root) root.innerHTML = '<p contenteditable="true"></p>';
    document.addEventListener("keydown", (event) => seen.push(isTyped(event)), { once: true });

    root?.firstElementChild?.dispatchEvent(
      new KeyboardEvent("keydown", { key: "p", bubbles: true, composed: true }),
    );

    expect(seen).toEqual([true]);
  });

  it("belongs to the browser where it comes with another", () => {
    expect(isTyped(pressed("<button>", { ctrlKey: true }))).toBe(true);
    expect(isTyped(pressed("<button>", { metaKey: true }))).toBe(true);
  });

  it("is for the page elsewhere, a chart included", () => {
    expect(isTyped(pressed("<button></button>"))).toBe(false);
    expect(isTyped(pressed('<div role="slider" tabindex="0"></div>'))).toBe(false);
  });
});

describe("an action", () => {
  it.each([
    ["p", "", { refresh: "off" }],
    ["p", "refresh=off", { refresh: "" }],
    ["c", "", { compare: "1" }],
    ["m", "markers=off", { markers: "" }],
  ])("%s at %s", (key, query, changes) => {
    const change = vi.fn();
    ACTIONS[key]?.(parsePlace(`#/?${query}`), change);
    expect(change).toHaveBeenCalledWith(changes, true);
  });

  it("takes a time that stands still one period back", () => {
    const change = vi.fn();
    ACTIONS["["]?.(parsePlace("#/?range=2000~3000"), change);
    expect(change).toHaveBeenCalledWith({ range: "1000~2000" });
  });
});

describe("the list of keys", () => {
  it("has every action", () => {
    const told = SHORTCUTS.map(({ keys }) => keys).join(" ");
    for (const key of Object.keys(ACTIONS)) expect(told.split(" ")).toContain(key);
  });

  it("leads to every page", () => {
    for (const { path } of PAGES) expect(PAGE_KEYS).toHaveProperty([path]);
    expect(new Set(Object.values(PAGE_KEYS)).size).toBe(Object.keys(PAGE_KEYS).length);
  });
});
