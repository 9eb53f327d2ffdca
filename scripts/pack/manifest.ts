/** The `package.json` of a package as it is in the repository; only what packing reads. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Ranges;
  readonly peerDependencies?: Ranges;
  readonly [field: string]: unknown;
}

type Ranges = Readonly<Record<string, string>>;

/** What ranges of the repository stand for. */
export interface Versions {
  /** The one version of all packages of the workspace. */
  readonly own: string;
  /** The versions of the catalog, by package. */
  readonly catalog: Ranges;
}

/** Packages whose manifest says nothing else are tested on this. */
const ENGINES = { node: '>=24' };

/**
 * The manifest as it is published: exports lead to compiled files with types, and ranges are versions. Our packages and
 * others are pinned; a peer may be newer.
 */
export function publishedManifest(manifest: Manifest, versions: Versions): Record<string, unknown> {
  const { private: _private, devDependencies: _dev, scripts: _scripts, ...rest } = manifest;
  const { dependencies, peerDependencies, exports } = manifest;
  return {
    engines: ENGINES,
    ...rest,
    ...(exports && { exports: publishedExports(exports) }),
    ...(dependencies && { dependencies: resolved(dependencies, versions, '') }),
    ...(peerDependencies && { peerDependencies: resolved(peerDependencies, versions, '^') }),
  };
}

function publishedExports(exports: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(exports).map(([name, path]) => {
      const source = /^\.\/src\/(.*)\.ts$/.exec(path)?.[1];
      if (source === undefined) return [name, path];
      return [name, { types: `./dist/${source}.d.ts`, default: `./dist/${source}.js` }];
    }),
  );
}

function resolved(ranges: Ranges, { own, catalog }: Versions, prefix: string): Ranges {
  return Object.fromEntries(
    Object.entries(ranges).map(([name, range]) => {
      if (range.startsWith('workspace:')) return [name, prefix + own];
      if (range !== 'catalog:') return [name, range];
      const version = catalog[name];
      if (version === undefined) throw new Error(`The catalog has no ${name}.`);
      return [name, /^\d/.test(version) ? prefix + version : version];
    }),
  );
}
