import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import { answering, Refusal, show } from "../testing";
import { ModeSwitch } from "./ModeSwitch";

const ADMIN = { "GET session": { name: "kim", role: "admin" } };

afterEach(() => {
  cleanup();
  localStorage.clear();
  vi.unstubAllGlobals();
});

function choose(mode: string): void {
  fireEvent.change(screen.getByRole("combobox"), { target: { value: mode } });
}

describe("the switch of a rule", () => {
  it("changes it at once, in somebody's name, and tells", async () => {
    localStorage.setItem("otel-monitoring.name", "ada");
    const calls = answering({ ...ADMIN, "PUT rules/Slow/mode": { mode: "observe" } });
    const told = vi.fn();
    show(<ModeSwitch name="Slow" mode="enabled" onTold={told} />);

    choose("observe");

    await waitFor(() => expect(told).toHaveBeenCalledWith("Slow is observed only: nobody is told."));
    expect(calls.at(-1)).toEqual({
      method: "PUT",
      path: "rules/Slow/mode?by=ada",
      body: { mode: "observe" },
    });
  });

  it("stays where it is when that is refused, and says why", async () => {
    answering({ ...ADMIN, "PUT rules/Slow/mode": new Refusal(404, "rule 'Slow' does not exist") });
    const told = vi.fn();
    show(<ModeSwitch name="Slow" mode="enabled" onTold={told} />);

    choose("disabled");

    expect((await screen.findByRole("alert")).textContent).toBe("rule 'Slow' does not exist");
    expect(screen.getByRole<HTMLSelectElement>("combobox").value).toBe("enabled");
    expect(told).not.toHaveBeenCalled();
  });

  it("cannot be moved by a viewer, who reads why", async () => {
    answering({ "GET session": { name: "vic", role: "viewer" } });
    show(<ModeSwitch name="Slow" mode="enabled" onTold={vi.fn()} />);

    const box = screen.getByRole<HTMLSelectElement>("combobox");
    await waitFor(() => expect(box.disabled).toBe(true));
    expect(box.title).toContain("role admin");
  });
});
