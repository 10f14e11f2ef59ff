// @vitest-environment jsdom
import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";

import { Expression } from "./Expression";

vi.mock("./PromqlEditor", () => Promise.reject(new Error("the server was updated")));

it("can be written into where the editor cannot be had", async () => {
  const [onChange, onSubmit] = [vi.fn(), vi.fn()];
  render(<Expression label="Query" value="up" onChange={onChange} onSubmit={onSubmit} />);
  const field = await screen.findByRole("textbox", { name: "Query" });

  fireEvent.change(field, { target: { value: "up == 0" } });
  fireEvent.keyDown(field, { key: "Enter", shiftKey: true });
  fireEvent.keyDown(field, { key: "Enter" });

  expect(onChange).toHaveBeenCalledWith("up == 0");
  expect(onSubmit).toHaveBeenCalledTimes(1);
});
