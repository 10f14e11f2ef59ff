import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import { datedText } from "../../../format/moment";
import { localText, parseLocal } from "../../../time/local";
import { answering, show } from "../testing";
import { NEW } from "./draft";
import { SilenceForm } from "./SilenceForm";

const DRAFT = { ...NEW, comment: "an upgrade" };
const MATCHERS = ['a="b"'];
const PREVIEW = { "POST silences/preview": { alerts: [], total: 0 } };
const HOUR_MS = 3_600_000;

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** Fill in a form but for its beginning; return what is told once it is sent. */
function fill(): ReturnType<typeof vi.fn> {
  const told = vi.fn();
  show(<SilenceForm draft={DRAFT} matchers={MATCHERS} children={null} onDone={told} onCancel={vi.fn()} />);
  fireEvent.change(screen.getByLabelText("Who"), { target: { value: "kim" } });
  return told;
}

function begin(atMs: number): string {
  const begins = localText(atMs);
  fireEvent.change(screen.getByLabelText("or at another moment"), { target: { value: begins } });
  return new Date(parseLocal(begins) ?? 0).toISOString();
}

describe("the form of a silence", () => {
  it("makes one that begins later", async () => {
    const [startsAt, endsAt] = ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"];
    const calls = answering({ ...PREVIEW, "POST silences": { state: "pending", startsAt, endsAt } });
    const told = fill();

    const sent = begin(Date.now() + HOUR_MS);
    fireEvent.click(screen.getByRole("button", { name: "Silence for 1h from then on" }));

    await vi.waitFor(() => expect(told).toHaveBeenCalled());
    const { body } = calls.find(({ path }) => path === "silences") ?? {};
    expect(body).toMatchObject({ startsAt: sent, for: "1h" });
    const [from, until] = [startsAt, endsAt].map((one) => datedText(Date.parse(one)));
    expect(told).toHaveBeenCalledWith(`Silenced from ${from} until ${until}.`);
  });

  it("begins now unless a moment is chosen, or that is taken back", async () => {
    const calls = answering({
      ...PREVIEW,
      "POST silences": { state: "active", endsAt: "2026-03-02T10:00:00Z" },
    });
    const told = fill();

    begin(Date.now() + HOUR_MS);
    fireEvent.click(screen.getByRole("button", { name: "now" }));
    fireEvent.click(screen.getByRole("button", { name: "Silence for 1h" }));

    await vi.waitFor(() => expect(told).toHaveBeenCalled());
    const { body } = calls.find(({ path }) => path === "silences") ?? {};
    expect(body).not.toHaveProperty("startsAt");
  });

  it("says that a beginning is past, and is not sent", () => {
    answering(PREVIEW);
    fill();

    begin(Date.now() - HOUR_MS);

    expect(screen.getByText(/That is past/)).not.toBeNull();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: /^Silence for/ }).disabled).toBe(true);
  });
});
