/** The grid of a time line: what a row is called, and beside it the time; one above the other on a phone. */

export const ROW = "grid gap-x-3 md:grid-cols-[15rem_1fr]";
/** Where the time begins, for what is drawn behind all rows. */
export const BEHIND = "left-0 md:left-[15.75rem]";
