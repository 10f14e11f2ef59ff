/** Moments as inputs of the browser hold them: in the reader's own time, to the minute. */

/** Write a moment as an input of type `datetime-local` holds it. */
export function localText(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Read what such an input holds; nothing where it holds no moment. */
export function parseLocal(text: string): number | null {
  const atMs = Date.parse(text);
  return Number.isFinite(atMs) ? atMs : null;
}
