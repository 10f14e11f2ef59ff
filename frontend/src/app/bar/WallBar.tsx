/** What stands above a page on a wall: whether it is of now, and the way back. */

import { Button } from "../../ui/Button";
import { useChange } from "../location";
import { Freshness } from "./Freshness";

export function WallBar() {
  const change = useChange();
  return (
    <header className="flex items-center justify-end gap-2 px-4 py-2 md:px-6">
      <Freshness />
      <Button onClick={() => change({ wall: "" })} className="bg-card">
        Leave the wall
      </Button>
    </header>
  );
}
