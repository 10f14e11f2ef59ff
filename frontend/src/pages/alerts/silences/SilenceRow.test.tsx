import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import type { Silence } from "../answers";
import { answering, show } from "../testing";
import { againOf, changeOf } from "./draft";
import { SilenceRow } from "./SilenceRow";

const SILENCE: Silence = {
  id: "9abf0219",
  state: "active",
  matchers: [{ name: "severity", value: "warning", isRegex: false, isEqual: true }],
  startsAt: "2026-03-02T09:00:00Z",
  endsAt: "2026-03-02T10:30:00Z",
  createdBy: "kim",
  comment: "an upgrade",
  updatedAt: "2026-03-02T09:00:00Z",
};
const ADMIN = { "GET session": { name: "kim", role: "admin" } };

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function buttons(): readonly (string | null)[] {
  return screen.queryAllByRole("button").map(({ textContent }) => textContent);
}

describe("the row of a silence", () => {
  it.each(["active", "pending"] as const)("is edited and ended while it is %s", async (state) => {
    answering(ADMIN);
    const begun = vi.fn();
    const silence = { ...SILENCE, state };
    show(<SilenceRow silence={silence} onDraft={begun} onTold={vi.fn()} />);

    fireEvent.click(await screen.findByRole("button", { name: "Edit" }));

    expect(buttons()).toEqual(["Edit", "End now"]);
    expect(begun).toHaveBeenCalledWith(changeOf(silence));
  });

  it("tells in how long one begins that is to come", () => {
    answering(ADMIN);
    const startsAt = new Date(Date.now() + 7_200_000).toISOString();

    show(
      <SilenceRow silence={{ ...SILENCE, state: "pending", startsAt }} onDraft={vi.fn()} onTold={vi.fn()} />,
    );

    expect(screen.getByText(/kim, begins in (2 h|1 h 59 min)/)).not.toBeNull();
  });

  it("is made again once it is over", async () => {
    answering(ADMIN);
    const begun = vi.fn();
    const silence = { ...SILENCE, state: "expired" as const };
    show(<SilenceRow silence={silence} onDraft={begun} onTold={vi.fn()} />);

    fireEvent.click(await screen.findByRole("button", { name: "Make again" }));

    expect(buttons()).toEqual(["Make again"]);
    expect(begun).toHaveBeenCalledWith(againOf(silence));
  });

  it("offers nothing to a viewer", async () => {
    const calls = answering({ "GET session": { name: "vic", role: "viewer" } });
    show(<SilenceRow silence={SILENCE} onDraft={vi.fn()} onTold={vi.fn()} />);

    await vi.waitFor(() => expect(calls).toHaveLength(1));
    await vi.waitFor(() => expect(buttons()).toEqual([]));
  });
});
