import { mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HOMES = ['.', ...['packages', 'plugins'].flatMap(foldersIn), 'core', 'tests'].map((path) =>
  join(ROOT, path, 'node_modules'),
);

interface Dependencies {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Gives a project outside the workspace what its `package.json` names, and nothing else: links instead of an install. */
export function linkDependencies(folder: string): void {
  const text = readFileSync(join(folder, 'package.json'), 'utf8');
  const { dependencies, devDependencies } = JSON.parse(text) as Dependencies;
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(homeOf(name), link);
  }
}

/** Where the workspace has a package. */
function homeOf(name: string): string {
  for (const home of HOMES) {
    try {
      return realpathSync(join(home, name));
    } catch {
      // Another package may have it.
    }
  }
  throw new Error(`No package of the workspace has ${name}.`);
}

function foldersIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder)).map((name) => join(folder, name));
}
