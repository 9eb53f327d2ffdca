import { withProgress } from './progress.mjs';

/** A quick export, such as one at the head of a pipe, says nothing of itself. */
const QUIET_MS = 2_000;

/** Prints an export line by line, and shows how far it is unless the lines themselves are seen in the terminal. */
export async function exportLines(
  lines: AsyncIterable<string>,
  printLine: (line: string) => void,
): Promise<void> {
  const printAll = async (tell: (detail: string) => void): Promise<void> => {
    let count = 0;
    for await (const line of lines) {
      printLine(line);
      count += 1;
      tell(`${count} lines`);
    }
  };
  if (process.stdout.isTTY) await printAll(() => {});
  else await withProgress('Exporting', printAll, { quietMs: QUIET_MS });
}
