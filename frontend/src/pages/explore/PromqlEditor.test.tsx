import { EditorView } from "@codemirror/view";
import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";

import PromqlEditor from "./PromqlEditor";

vi.mock("./promql", () => ({ promql: () => [] }));
afterEach(cleanup);

const CURSOR = { current: null };

function editor(value: string) {
  return <PromqlEditor label="Query" value={value} onChange={vi.fn()} onSubmit={vi.fn()} cursor={CURSOR} />;
}

function type(view: EditorView, insert: string): void {
  view.dispatch({ changes: { from: view.state.doc.length, insert } });
}

it("keeps what is typed while the page still takes in what was typed before", () => {
  const { container, rerender } = render(editor(""));
  const place = container.firstElementChild?.shadowRoot?.querySelector<HTMLElement>(".cm-editor");
  const view = place ? EditorView.findFromDOM(place) : null;
  if (view === null) throw new Error("there is no editor");

  type(view, "u");
  type(view, "p");
  rerender(editor("u"));
  expect(view.state.doc.toString()).toBe("up");
  rerender(editor("up"));
  expect(view.state.doc.toString()).toBe("up");
  rerender(editor("u"));
  expect(view.state.doc.toString()).toBe("u");
});
