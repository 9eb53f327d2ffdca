import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The version of the package that a module belongs to: `packageVersion(import.meta.url)`. It is read from the nearest
 * `package.json` that has one, so the same line works in `src/`, in `dist/` and beside a config file. `unknown` if
 * there is none.
 */
export function packageVersion(moduleUrl: string): string {
  let folder = dirname(fileURLToPath(moduleUrl));
  for (;;) {
    const version = versionIn(folder);
    if (version !== undefined) return version;
    const above = dirname(folder);
    if (above === folder) return 'unknown';
    folder = above;
  }
}

function versionIn(folder: string): string | undefined {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version?: unknown };
  return typeof version === 'string' ? version : undefined;
}
