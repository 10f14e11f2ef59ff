/** A dashboard while somebody arranges it: nothing is sent before they save. */

import { useCallback, useMemo, useState } from "react";

import { isSame, placed, settled, stepped, swapped } from "./layout";
import type { Arranging } from "./Handles";
import type { Draft, Panel } from "./types";

export interface Changing {
  readonly draft: Draft;
  readonly change: (changes: Partial<Draft>) => void;
  readonly put: (panel: Panel) => void;
  readonly arranging: Arranging;
  /** Which panel is edited. */
  readonly edited: Panel | undefined;
  readonly edit: (id: string | null) => void;
  readonly isChanged: boolean;
  /** Which panel was moved or resized last. */
  readonly moved: Panel | undefined;
  /** Which panel was removed last, and not put back. */
  readonly removed: Panel | null;
  readonly restore: () => void;
}

/** Arrange a dashboard as it was before; with what somebody had of it already, go on with that. */
export function useDraft(before: Draft, begun: Draft = before): Changing {
  const [draft, setDraft] = useState(begun);
  const [editedId, edit] = useState<string | null>(null);
  const [movedId, setMovedId] = useState<string | null>(null);
  const [removed, setRemoved] = useState<Panel | null>(null);
  const change = useCallback((changes: Partial<Draft>) => setDraft((now) => ({ ...now, ...changes })), []);
  const arrange = useCallback((id: string, work: (panels: readonly Panel[]) => readonly Panel[]) => {
    setMovedId(id);
    setDraft((now) => {
      const panels = work(now.panels);
      return isSame(now.panels, panels) ? now : { ...now, panels };
    });
  }, []);
  const arranging = useMemo<Arranging>(
    () => ({
      put: (id, place, base) => arrange(id, () => placed(base, id, () => place)),
      step: (id, dx, dy) => arrange(id, (panels) => stepped(panels, id, { dx, dy })),
      grow: (id, dw, dh) =>
        arrange(id, (panels) => placed(panels, id, ({ x, y, w, h }) => ({ x, y, w: w + dw, h: h + dh }))),
      edit,
      swap: (id, by) => arrange(id, (panels) => swapped(panels, id, by)),
      remove: (id) => {
        setRemoved(draft.panels.find((one) => one.id === id) ?? null);
        setDraft((now) => ({ ...now, panels: settled(now.panels.filter((one) => one.id !== id)) }));
      },
    }),
    [arrange, draft.panels],
  );
  const put = useCallback(
    (panel: Panel) =>
      setDraft((now) => {
        const others = now.panels.filter((one) => one.id !== panel.id);
        const at = now.panels.findIndex((one) => one.id === panel.id);
        const panels = at < 0 ? [...others, panel] : now.panels.with(at, panel);
        return { ...now, panels: settled(panels, panel.id) };
      }),
    [],
  );
  const restore = () => {
    if (removed) put(removed);
    setRemoved(null);
  };
  const edited = draft.panels.find((panel) => panel.id === editedId);
  const moved = draft.panels.find((panel) => panel.id === movedId);
  const isChanged = draft !== before;
  return { draft, change, put, arranging, edited, edit, moved, removed, restore, isChanged };
}
