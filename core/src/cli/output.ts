import { visible, visibleJson } from '../text/visible-text.ts';

/** Prints lines of a command's result. They may contain text from clients and upstreams, so control characters are escaped. */
export function print(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${visible(line)}\n`).join(''));
}

/** Prints text that is already JSON. */
export function printJson(text: string): void {
  process.stdout.write(`${visibleJson(text)}\n`);
}

/** Prints a result as JSON, or as one or more lines of text. */
export function printResult(
  isJson: boolean | undefined,
  value: unknown,
  words: () => string | readonly string[],
): void {
  if (isJson) printJson(JSON.stringify(value, undefined, 2));
  else print(...[words()].flat());
}

/** Rows in aligned columns below their headings, one line each. */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const lines = [headings.map((heading) => heading.toUpperCase()), ...rows.map((row) => row.map(visible))];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
