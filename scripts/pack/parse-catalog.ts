/** Reads the `catalog` of pnpm-workspace.yaml, which is a flat list of names and versions. */
export function parseCatalog(yaml: string): Readonly<Record<string, string>> {
  const [, list = ''] = /^catalog:\n((?: {2}.*\n?)+)/m.exec(yaml) ?? [];
  const entries = [...list.matchAll(/^ {2}['"]?([^'":]+)['"]?: ['"]?([^'"\n]+)['"]?$/gm)];
  return Object.fromEntries(entries.map(([, name = '', version = '']) => [name, version]));
}
