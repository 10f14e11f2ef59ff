/** Changes of dashboards: made, saved, removed and brought back; whatever shows them is asked anew. */

import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";

import { post, Problem } from "../../api/client";
import { recall } from "../../app/memory";
import type { Dashboard, Draft, Imported } from "./types";

const LIST = "dashboards";

export function pathOf(id: string): string {
  return `${LIST}/${encodeURIComponent(id)}`;
}

/** Say who does it, where somebody gave their name when they cared for an alert. */
function signed(path: string): string {
  const name = recall("name");
  return name ? `${path}?by=${encodeURIComponent(name)}` : path;
}

export function create(draft: Draft): Promise<Dashboard> {
  return post<Dashboard>(signed(LIST), draft);
}

/** The version of a dashboard that is not there; what is saved in its place brings it back. */
export const GONE = 0;

/** Save what was made from a version. */
export function save(id: string, draft: Draft, version: number): Promise<Dashboard> {
  return post<Dashboard>(signed(pathOf(id)), { ...draft, version }, "PUT");
}

function remove(id: string): Promise<Dashboard> {
  return post<Dashboard>(signed(pathOf(id)), undefined, "DELETE");
}

export function importFile(content: unknown): Promise<Imported> {
  return post<Imported>(signed(`${LIST}/import`), content);
}

/** Whether somebody else was faster. */
export function isConflict(error: Error): boolean {
  return error instanceof Problem && error.status === 409;
}

/** Whether somebody removed it. */
export function isGone(error: Error): boolean {
  return error instanceof Problem && error.status === 404;
}

/** Do something that changes dashboards; whatever shows them is asked anew. */
export function useChanging<Given, Answer>(work: (given: Given) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: work, onSuccess: () => refreshed(client, isOfDashboards) });
}

/** Remove a dashboard; it is not asked for again, since it is not there. */
export function useRemoving() {
  const client = useQueryClient();
  return useMutation({ mutationFn: remove, onSuccess: () => refreshed(client, (first) => first === LIST) });
}

function isOfDashboards(first: string): boolean {
  return first === LIST || first.startsWith(`${LIST}/`);
}

function refreshed(client: QueryClient, isMeant: (first: string) => boolean): Promise<void> {
  return client.invalidateQueries({
    predicate: ({ queryKey: [first] }) => typeof first === "string" && isMeant(first),
  });
}
