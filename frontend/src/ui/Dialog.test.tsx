import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Dialog } from "./Dialog";
import { Menu } from "./Menu";

// Here a dialog is an element with an attribute; what a browser makes of it is seen in one.
beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function (this: HTMLDialogElement) {
    this.open = false;
  };
});

afterEach(cleanup);

function dialog(): HTMLDialogElement {
  return screen.getByRole("dialog", { hidden: true });
}

/** What a browser does that asks nobody. */
function closeByForce(): void {
  dialog().close();
  fireEvent(dialog(), new Event("close"));
}

describe("a dialog", () => {
  it("asks the page at every Escape, and leaves nothing to the browser", () => {
    const asked = vi.fn();
    render(<Dialog title="Panel" onClose={asked} children={<input aria-label="Title" />} />);

    const isLeft = [1, 2].map(() => fireEvent.keyDown(screen.getByLabelText("Title"), { key: "Escape" }));

    expect(isLeft).toEqual([false, false]);
    expect(asked).toHaveBeenCalledTimes(2);
    expect(dialog().open).toBe(true);
  });

  it("is asked once by a key that is held down", () => {
    const asked = vi.fn();
    render(<Dialog title="Panel" onClose={asked} children={null} />);

    fireEvent.keyDown(dialog(), { key: "Escape" });
    fireEvent.keyDown(dialog(), { key: "Escape", repeat: true });

    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("stays where Escape closed something in it", () => {
    const asked = vi.fn();
    render(
      <Dialog title="Panel" onClose={asked}>
        <Menu text="More" title="Choices">
          {() => <button type="button">One</button>}
        </Menu>
      </Dialog>,
    );
    fireEvent.click(screen.getByRole("button", { name: "More" }));

    fireEvent.keyDown(screen.getByRole("button", { name: "One" }), { key: "Escape" });

    expect(screen.queryByRole("button", { name: "One" })).toBeNull();
    expect(asked).not.toHaveBeenCalled();
  });

  it("is open again where it was closed by force, with the focus where it was, and asks", () => {
    const asked = vi.fn();
    render(
      <Dialog title="Panel" onClose={asked}>
        <input aria-label="Title" />
        <input aria-label="Unit" />
      </Dialog>,
    );
    screen.getByLabelText("Unit").focus();

    closeByForce();

    expect(dialog().open).toBe(true);
    expect(document.activeElement).toBe(screen.getByLabelText("Unit"));
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("stays where it needs an answer", () => {
    render(<Dialog title="Sign in" children={null} />);

    fireEvent.keyDown(dialog(), { key: "Escape" });
    closeByForce();

    expect(dialog().open).toBe(true);
  });

  it("leaves the key to the one in front of it", () => {
    const [behind, foremost] = [vi.fn(), vi.fn()];
    render(
      <>
        <Dialog title="Behind" onClose={behind} children={null} />
        <Dialog title="In front" onClose={foremost} children={null} />
      </>,
    );

    fireEvent.keyDown(screen.getByRole("dialog", { name: "Behind" }), { key: "Escape" });

    expect([behind.mock.calls.length, foremost.mock.calls.length]).toEqual([0, 1]);
  });
});
