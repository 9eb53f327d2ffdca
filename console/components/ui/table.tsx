import type { ReactNode } from 'react';
import { classNames } from '../../lib/class-names.ts';

export interface Column<Row> {
  readonly name: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  /** Left out where there is little room. */
  readonly isWide?: boolean;
  readonly isNumber?: boolean;
  /** Times and addresses: never broken into lines. */
  readonly isOneLine?: boolean;
}

interface TableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}

const classOf = ({ isWide, isNumber, isOneLine }: Omit<Column<never>, 'name' | 'cell'>): string =>
  classNames(
    'px-3 py-2 wrap-anywhere',
    isWide && 'hidden lg:table-cell',
    isNumber && 'text-right tabular-nums',
    (isNumber || isOneLine) && 'whitespace-nowrap',
  );

export function Table<Row>({ label, columns, rows, keyOf }: TableProps<Row>) {
  return (
    <div
      className="overflow-x-auto rounded-lg border bg-surface"
      // Where there is little room it scrolls, by keyboard too.
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      <table className="w-full text-left text-sm" aria-label={label}>
        <thead className="text-quiet">
          <tr className="border-b">
            {columns.map((column, at) => (
              <th key={at} scope="col" className={`font-medium whitespace-nowrap ${classOf(column)}`}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} className="border-b last:border-b-0 hover:bg-sunken/60">
              {columns.map((column, at) => (
                <td key={at} className={classOf(column)}>
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
