import { withProgress } from './progress.mjs';

/** A quick export, such as one piped to `head`, shows no progress. */
const QUIET_MS = 2_000;

/** Prints an export line by line, and shows progress unless the lines themselves go to the terminal. */
export async function exportLines(
  lines: AsyncIterable<string>,
  printLine: (line: string) => void,
): Promise<void> {
  const printAll = async (report: (detail: string) => void): Promise<void> => {
    let count = 0;
    for await (const line of lines) {
      printLine(line);
      count += 1;
      report(`${count} lines`);
    }
  };
  if (process.stdout.isTTY) await printAll(() => {});
  else await withProgress('Exporting', printAll, { quietMs: QUIET_MS });
}
