/** A table whose columns sort it, by `sort` and `order` of the address; the same one again turns it round. */

import type { ReactNode } from "react";

import { useChange, usePlace } from "../app/location";

export interface Column<Row> {
  readonly name: string;
  /** By what the API sorts; left out where it cannot. */
  readonly sort?: string;
  /** The least comes first unless the reader turns it round, as with names. */
  readonly isRising?: boolean;
  readonly isNumber?: boolean;
  /** Left out on narrow screens. */
  readonly isExtra?: boolean;
  readonly cell: (row: Row) => ReactNode;
}

interface TableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** By what the rows are sorted where the address does not say it. */
  readonly sortedBy?: string;
}

export function Table<Row>({ label, columns, rows, keyOf, sortedBy = "" }: TableProps<Row>) {
  const sort = usePlace().parameters.get("sort") ?? sortedBy;
  return (
    <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={label}>
      <table className="w-full text-sm">
        <thead>
          <tr className="border-line border-b">
            {columns.map((column) => (
              <Heading
                key={column.name}
                column={column}
                isSorted={column.sort !== undefined && column.sort === sort}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} className="border-line hover:bg-raised border-b last:border-0">
              {columns.map((column) => (
                <td key={column.name} className={`px-2 py-2 ${classOf(column)}`}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Heading<Row>({ column, isSorted }: { column: Column<Row>; isSorted: boolean }) {
  const change = useChange();
  const said = usePlace().parameters.get("order");
  const { sort, name, isRising = false } = column;
  const isAscending = said === null ? isRising : said === "asc";
  const turned = isAscending ? "desc" : "asc";
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (isAscending ? "ascending" : "descending") : undefined}
      className={`text-quiet px-2 py-2 text-xs font-medium whitespace-nowrap ${classOf(column)}`}
    >
      {sort === undefined ? (
        name
      ) : (
        <button
          type="button"
          className="hover:text-text"
          onClick={() => change({ sort, order: isSorted ? turned : "" }, true)}
        >
          {name}
          <span aria-hidden="true">{isSorted ? (isAscending ? " ↑" : " ↓") : ""}</span>
        </button>
      )}
    </th>
  );
}

function classOf<Row>({ isNumber, isExtra }: Column<Row>): string {
  return `${isNumber ? "text-right whitespace-nowrap" : "text-left"} ${isExtra ? "hidden lg:table-cell" : ""}`;
}
