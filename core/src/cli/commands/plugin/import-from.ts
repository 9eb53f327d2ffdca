import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Imports a package as a module in a folder would, and returns its exports. */
export async function importFrom(folder: string, packageName: string): Promise<Record<string, unknown>> {
  // Node resolves names from the file that imports them.
  const entry = join(folder, `.dragoman-import-${process.pid}.mjs`);
  await writeFile(entry, `export * from ${JSON.stringify(packageName)};\n`);
  try {
    return (await import(pathToFileURL(entry).href)) as Record<string, unknown>;
  } finally {
    await rm(entry, { force: true });
  }
}
