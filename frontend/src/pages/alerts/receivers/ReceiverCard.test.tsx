import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import { answering, show } from "../testing";
import { ReceiverCard } from "./ReceiverCard";

const CHANNEL = {
  name: "slack[0]",
  kind: "slack",
  target: "slack://…",
  counts: { delivered: 2, failed: 1, waiting: 0 },
};
const RECEIVER = { name: "team/web", channels: [CHANNEL] };
const ADMIN = { "GET session": { name: "kim", role: "admin" } };

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("a receiver", () => {
  it("tells how many messages its channels took, without those that there were none of", () => {
    answering(ADMIN);
    show(<ReceiverCard receiver={RECEIVER} />);

    expect(screen.getByText("2 delivered")).toBeTruthy();
    expect(screen.getByText("1 failed")).toBeTruthy();
    expect(screen.queryByText(/waiting/)).toBeNull();
  });

  it("is tested, and says channel by channel what came of it", async () => {
    const failed = { channel: "slack[0]", outcome: "failed", error: "no such channel" };
    const calls = answering({
      ...ADMIN,
      "POST receivers/team%2Fweb/test": { delivered: false, deliveries: [failed] },
    });
    show(<ReceiverCard receiver={RECEIVER} />);

    fireEvent.click(screen.getByRole("button", { name: "Send a test" }));

    expect(await screen.findByText("no such channel")).toBeTruthy();
    expect(screen.getByText(/Not all channels/)).toBeTruthy();
    expect(calls.some(({ method, path }) => method === "POST" && path === "receivers/team%2Fweb/test")).toBe(
      true,
    );
  });

  it("is not tested by a viewer", async () => {
    answering({ "GET session": { name: "vic", role: "viewer" } });
    show(<ReceiverCard receiver={RECEIVER} />);

    await waitFor(() => expect(screen.getByRole<HTMLButtonElement>("button").disabled).toBe(true));
  });

  it("without channels tells nobody", () => {
    answering(ADMIN);
    show(<ReceiverCard receiver={{ name: "nobody", channels: [] }} />);

    expect(screen.getByText(/told to nobody/)).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>("button").disabled).toBe(true);
  });
});
