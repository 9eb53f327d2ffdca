import { createHash } from 'node:crypto';

/**
 * pnpm's bill of materials, so that the same lockfile gives the same file: its parts in order, an id that follows
 * from the content, and no time. pnpm mixes up which package of the workspace depends on what, so that comes from
 * `packages`, its list of the workspace.
 */
export function normalizeSbom(text, packages) {
  const { $schema, bomFormat, specVersion, metadata, components, dependencies, ...rest } = JSON.parse(text);
  const { timestamp: _, ...about } = metadata;
  const own = new Map(packages.map((one) => [purlOf(one.name, one.version), workspaceEdges(one, packages)]));
  const known = new Set(components.map((component) => component['bom-ref']));
  const added = packages
    .filter(
      ({ name, version }) =>
        !known.has(purlOf(name, version)) && purlOf(name, version) !== metadata.component.purl,
    )
    .map(({ name, version }) => ({
      ...{ type: 'library', name, version, purl: purlOf(name, version), 'bom-ref': purlOf(name, version) },
    }));
  const body = {
    ...rest,
    metadata: about,
    components: [...components, ...added].toSorted(by('bom-ref')),
    dependencies: [
      ...dependencies.filter(({ ref }) => !own.has(ref)),
      ...[...own].map(([ref, dependsOn]) => ({ ref, dependsOn })),
    ]
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.toSorted() }))
      .toSorted(by('ref')),
    serialNumber: undefined,
  };
  const serialNumber = `urn:uuid:${uuidOf(JSON.stringify(body))}`;
  return `${JSON.stringify({ $schema, bomFormat, specVersion, ...body, serialNumber }, undefined, 2)}\n`;
}

function workspaceEdges({ dependencies = {}, devDependencies = {}, optionalDependencies = {} }, packages) {
  const versions = new Map(packages.map(({ name, version }) => [name, version]));
  const wanted = { ...dependencies, ...devDependencies, ...optionalDependencies };
  return Object.entries(wanted).map(([name, { version }]) => purlOf(name, versions.get(name) ?? version));
}

function purlOf(name, version) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function by(field) {
  return (one, other) => (one[field] < other[field] ? -1 : 1);
}

/** A UUID of version 8 (RFC 9562), made of a hash. */
function uuidOf(text) {
  const hex = createHash('sha256').update(text).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`];
  return [...parts, hex.slice(20, 32)].join('-');
}
