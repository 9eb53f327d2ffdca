import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * The config file and the files that it imports by their paths. Node keeps every module that it has loaded, so one that
 * has changed gets a URL of its own, and so does each that imports it. Those that have not changed stay the same object.
 */
interface LocalModule {
  /** Of the text that was loaded. */
  digest: string;
  /** How often it was replaced. */
  version: number;
  imports: Set<string>;
  /** What the previous version imports, until this one is known to load. */
  before: ReadonlySet<string>;
}

const modules = new Map<string, LocalModule>();
const commonJs = createRequire(import.meta.url).cache;
/** Config files whose last load failed or has not finished. */
const failed = new Set<string>();
let isRegistered = false;
let replaced = 0;

/** Versions of modules that were replaced, and that Node keeps until the process ends. */
export const countReplaced = (): number => replaced;

/** A config file with what belongs to it. */
export interface LocalModules {
  /**
   * The URL to import the config file from. With `all`, every file is reloaded, changed or not. The same happens after a
   * failure, because a module that has thrown keeps throwing.
   */
  renew(options: { readonly all: boolean }): string;
  /** The import was successful. */
  loaded(): void;
  /** The paths of all files that were loaded; after a failure, also those of the previous load. */
  files(): readonly string[];
}

export function localModules(root: string): LocalModules {
  return {
    renew({ all }) {
      register();
      const known = reachableFrom(root);
      const changed = known.filter(
        (path) => all || failed.has(root) || digestOf(path) !== modules.get(path)?.digest,
      );
      for (const path of importersOf([root, ...changed], known)) renewModule(path);
      failed.add(root);
      return urlOf(root);
    },
    loaded() {
      for (const path of reachableFrom(root)) {
        const module = modules.get(path);
        if (module) module.before = new Set();
      }
      failed.delete(root);
    },
    files: () => reachableFrom(root),
  };
}

function renewModule(path: string): void {
  const module = modules.get(path);
  if (!module) return addModule(path);
  module.digest = digestOf(path);
  module.version += 1;
  module.before = module.imports;
  module.imports = new Set();
  delete commonJs[path];
  replaced += 1;
}

function addModule(path: string): void {
  modules.set(path, { digest: digestOf(path), version: 0, imports: new Set(), before: new Set() });
}

function register(): void {
  if (isRegistered) return;
  isRegistered = true;
  registerHooks({
    resolve(specifier, context, next) {
      const importer = importerOf(context.parentURL);
      if (!importer || !/^[./#]|^file:/.test(specifier)) return next(specifier, context);
      try {
        const resolved = next(specifier, context);
        if (!resolved.url.startsWith('file:') || resolved.url.includes('/node_modules/')) return resolved;
        const path = fileURLToPath(resolved.url);
        noteImport(importer, path);
        return { ...resolved, url: urlOf(path) };
      } catch (error) {
        // It may be created later.
        if (specifier.startsWith('.'))
          noteImport(importer, fileURLToPath(new URL(specifier, context.parentURL)));
        throw error;
      }
    },
  });
}

function importerOf(url: string | undefined): LocalModule | undefined {
  return url?.startsWith('file:') ? modules.get(fileURLToPath(url)) : undefined;
}

function noteImport(importer: LocalModule, path: string): void {
  importer.imports.add(path);
  if (!modules.has(path)) addModule(path);
}

function urlOf(path: string): string {
  const { version = 0 } = modules.get(path) ?? {};
  return pathToFileURL(path).href + (version > 0 ? `?reload=${version}` : '');
}

function reachableFrom(root: string): readonly string[] {
  const found = new Set(modules.has(root) ? [root] : []);
  for (const path of found) for (const name of importsOf(path)) found.add(name);
  return [...found];
}

function importsOf(path: string): readonly string[] {
  const { imports = [], before = [] } = modules.get(path) ?? {};
  return [...imports, ...before];
}

/** The files, and all that import them, directly or not. */
function importersOf(files: readonly string[], among: readonly string[]): ReadonlySet<string> {
  const found = new Set(files);
  for (const file of found) for (const path of among) if (importsOf(path).includes(file)) found.add(path);
  return found;
}

function digestOf(path: string): string {
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('base64') : '';
}
