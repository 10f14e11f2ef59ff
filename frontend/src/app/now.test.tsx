import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { useNow } from "./now";

function Clock() {
  return <p>{useNow()}</p>;
}

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }));

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("the clock of the page", () => {
  it("moves on by itself", () => {
    render(<Clock />);
    expect(screen.getByText("1000000")).toBeTruthy();

    act(() => void vi.advanceTimersByTime(5000));

    expect(screen.getByText("1005000")).toBeTruthy();
  });

  it("stands still out of sight, and is right once it is seen again", () => {
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    render(<Clock />);
    act(() => void vi.advanceTimersByTime(60_000));
    expect(screen.getByText("1000000")).toBeTruthy();

    hidden.mockReturnValue(false);
    act(() => void document.dispatchEvent(new Event("visibilitychange")));

    expect(screen.getByText("1060000")).toBeTruthy();
  });

  it("runs only while somebody looks at it", () => {
    const { unmount } = render(<Clock />);
    unmount();
    expect(vi.getTimerCount()).toBe(0);
  });
});
