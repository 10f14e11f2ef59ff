/** What is chosen seldom: the look, what charts mark, the keys; and who this is. */

import { useSession } from "../session";
import { useStore } from "../store";
import { chooseTheme, type Theme, theme, THEMES, themeOf } from "../theme";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { Menu } from "../../ui/Menu";
import { useChange, usePlace } from "../location";
import { panel } from "../panels";
import { Pace } from "./Freshness";

const LOOKS: Readonly<Record<Theme, string>> = { system: "as the system", light: "light", dark: "dark" };

export function More() {
  const change = useChange();
  const isMarked = usePlace().parameters.get("markers") !== "off";
  const chosen = useStore(theme);
  return (
    <Menu text="⋯" label="More" title="More">
      {(close) => (
        <div className="grid gap-3 text-sm">
          <Field name="Look">
            {(given) => (
              <select
                value={chosen}
                onChange={(event) => chooseTheme(themeOf(event.target.value))}
                {...given}
              >
                {THEMES.map((one) => (
                  <option key={one} value={one}>
                    {LOOKS[one]}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field name="Refresh">{(given) => <Pace {...given} />}</Field>
          <label className="flex items-center gap-2">
            <input
              type="checkbox"
              checked={isMarked}
              onChange={(event) => change({ markers: event.target.checked ? "" : "off" }, true)}
            />
            Mark versions and alerts on charts
          </label>
          <Button
            onClick={() => {
              close();
              change({ wall: "1" });
            }}
          >
            Show on a wall
          </Button>
          <Button
            onClick={() => {
              close();
              panel.set("keys");
            }}
          >
            Keys
          </Button>
          <Who />
        </div>
      )}
    </Menu>
  );
}

function Who() {
  const session = useSession();
  if (session === undefined) return null;
  return (
    <div className="border-line border-t pt-3">
      <p>
        {session.name} <span className="text-quiet">({session.role})</span>
      </p>
      {session.by === "session" ? (
        <form method="post" action="./sign-out" className="mt-2">
          <Button type="submit" className="w-full">
            Sign out
          </Button>
        </form>
      ) : null}
    </div>
  );
}
