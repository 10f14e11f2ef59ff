/** What can be jumped to or done from the palette. */

import type { Endpoints } from "../../api/types";
import { nameOf, pathOf } from "../../pages/endpoints/names";
import { PRESETS } from "../../time/range";
import { linkTo, type Place } from "../location";
import { PAGES } from "../pages";
import { ACTIONS, PAGE_KEYS } from "../shortcuts";
import { chooseTheme, THEMES } from "../theme";

export interface Command {
  readonly id: string;
  readonly name: string;
  /** What kind of thing it is. */
  readonly kind: string;
  readonly keys?: string;
  /** Where it leads; or what it does. */
  readonly href?: string;
  readonly run?: () => void;
}

type Change = (changes: Readonly<Record<string, string>>, replace?: boolean) => void;

export function pageCommands(here: Place): readonly Command[] {
  return PAGES.map(({ path, name }) => {
    const key = PAGE_KEYS[path];
    return { id: path, name, kind: "page", href: linkTo(path, here), ...(key ? { keys: `g ${key}` } : {}) };
  });
}

export function endpointCommands({ endpoints }: Endpoints, here: Place): readonly Command[] {
  return endpoints.map((endpoint) => ({
    id: pathOf(endpoint),
    name: nameOf(endpoint),
    kind: "endpoint",
    href: linkTo(pathOf(endpoint), here),
  }));
}

export function metricCommands(names: readonly string[], here: Place): readonly Command[] {
  return names.map((name) => ({
    id: `metric ${name}`,
    name,
    kind: "metric",
    href: linkTo("/explore", here, { query: name }),
  }));
}

export function actionCommands(here: Place, change: Change): readonly Command[] {
  const act = (key: string) => () => ACTIONS[key]?.(here, change);
  return [
    ...PRESETS.map((preset) => action(`Time: last ${preset}`, () => change({ range: preset }))),
    action("Time: one period back", act("["), "["),
    action("Time: one period forward", act("]"), "]"),
    action("Compare with the period before, or not", act("c"), "c"),
    action("Pause, or go on", act("p"), "p"),
    action("Mark versions and alerts on charts, or not", act("m"), "m"),
    ...THEMES.map((theme) => action(`Look: ${theme}`, () => chooseTheme(theme))),
    action("Show on a wall, or not", act("w"), "w"),
    action("Show all processes: no filter", () => change({ instance: "", environment: "", version: "" })),
    action("Keys", act("?"), "?"),
  ];
}

function action(name: string, run: () => void, keys?: string): Command {
  return { id: name, name, kind: "action", run, ...(keys ? { keys } : {}) };
}
