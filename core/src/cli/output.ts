/** Where a command writes its result. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A result as JSON, or in words for a person. */
export function printResult(isJson: boolean | undefined, value: unknown, words: () => string): void {
  print(isJson ? JSON.stringify(value, undefined, 2) : words());
}

/** Rows in aligned columns below their headings. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings.map((heading) => heading.toUpperCase()), ...rows];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
