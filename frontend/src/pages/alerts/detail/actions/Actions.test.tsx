import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import type { AlertDetail } from "../../answers";
import { ALERT, answering, Refusal, show } from "../../testing";
import { Actions } from "./Actions";

const DETAIL: AlertDetail = {
  ...ALERT,
  labels: { alertname: "Slow", route: "/cart" },
  annotations: { summary: "slow" },
  receivers: [],
  acknowledged: null,
  resolved: null,
  silences: [],
  history: [],
};
const WORD = {
  fingerprint: DETAIL.fingerprint,
  kind: "acknowledged" as const,
  labels: {},
  by: "kim",
  comment: "",
  at: "2026-03-02T09:06:00Z",
  until: "2026-03-03T09:06:00Z",
};
/** The last one of that name is the form's. */
function submitButton(): HTMLElement {
  return screen.getAllByRole("button", { name: "Acknowledge" }).at(-1) ?? document.body;
}

const ADMIN = { "GET session": { name: "kim", role: "admin" } };

afterEach(() => {
  cleanup();
  localStorage.clear();
  vi.unstubAllGlobals();
});

describe("what can be done about an alert", () => {
  it("is acknowledged with a name, a comment and a length, and told", async () => {
    const calls = answering({ ...ADMIN, [`POST alerts/${DETAIL.fingerprint}/acknowledge`]: WORD });
    const told = vi.fn();
    show(<Actions alert={DETAIL} onTold={told} />);

    fireEvent.click(screen.getByRole("button", { name: "Acknowledge" }));
    await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>("Who").value).toBe("kim"));
    fireEvent.change(screen.getByLabelText("Comment"), { target: { value: "on it" } });
    fireEvent.click(submitButton());

    await waitFor(() => expect(told).toHaveBeenCalledWith("kim takes care of it."));
    expect(calls.find(({ method }) => method === "POST")).toEqual({
      method: "POST",
      path: `alerts/${DETAIL.fingerprint}/acknowledge`,
      body: { by: "kim", comment: "on it", for: "1d" },
    });
  });

  it("that is refused says why, where it was asked for", async () => {
    answering({
      ...ADMIN,
      [`POST alerts/${DETAIL.fingerprint}/acknowledge`]: new Refusal(409, "it does not fire"),
    });
    show(<Actions alert={DETAIL} onTold={vi.fn()} />);

    fireEvent.click(screen.getByRole("button", { name: "Acknowledge" }));
    await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>("Who").value).toBe("kim"));
    fireEvent.click(submitButton());

    expect((await screen.findByRole("alert")).textContent).toBe("it does not fire");
  });

  it("is nothing for a viewer, who reads why", async () => {
    answering({ "GET session": { name: "vic", role: "viewer" } });
    show(<Actions alert={DETAIL} onTold={vi.fn()} />);

    expect(await screen.findByText(/Needs the role admin/)).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("is taken back once somebody takes care", async () => {
    const calls = answering({ ...ADMIN, [`DELETE alerts/${DETAIL.fingerprint}/acknowledge`]: null });
    const told = vi.fn();
    show(<Actions alert={{ ...DETAIL, acknowledged: WORD, acknowledgedBy: "kim" }} onTold={told} />);

    expect(screen.queryByRole("button", { name: "Acknowledge" })).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Take back" }));

    await waitFor(() => expect(told).toHaveBeenCalled());
    expect(calls.some(({ method }) => method === "DELETE")).toBe(true);
  });

  it("silences with a look at what that matches, wider by a label that is left out", async () => {
    const made = { startsAt: "2026-03-02T09:00:00Z", endsAt: "2026-03-02T10:00:00Z" };
    const calls = answering({
      ...ADMIN,
      "POST silences/preview": {
        alerts: [{ fingerprint: "a", labels: DETAIL.labels, annotations: {} }],
        total: 1,
      },
      "POST silences": made,
    });
    const told = vi.fn();
    show(<Actions alert={DETAIL} onTold={told} />);

    fireEvent.click(screen.getByRole("button", { name: "Silence" }));
    fireEvent.click(screen.getByRole("checkbox", { name: 'route="/cart"' }));
    expect(await screen.findByText("Quietens 1 alert that fires now")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "4h" }));
    fireEvent.click(screen.getByRole("button", { name: "Silence for 4h" }));

    await waitFor(() => expect(told).toHaveBeenCalled());
    expect(calls.find(({ path }) => path === "silences")?.body).toEqual({
      matchers: [{ name: "alertname", value: "Slow" }],
      for: "4h",
      createdBy: "kim",
      comment: "slow",
    });
  });

  it("is nothing for an alert that does not fire", () => {
    answering(ADMIN);
    const { container } = show(<Actions alert={{ ...DETAIL, state: "pending" }} onTold={vi.fn()} />);

    expect(container.textContent).toBe("");
  });
});
