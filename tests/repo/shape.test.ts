import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, isSource, isTest, listFiles, loadsOf, packageOf, readText, root } from './workspace.ts';

const plugins = readdirSync(join(root, 'plugins')).map((name) => `plugins/${name}`);
const sources = listFiles('.').filter(isSource);
const coreSources = sources.filter((path) => path.startsWith('core/src/') && !isTest(path));
const pluginSources = sources.filter((path) => path.startsWith('packages/plugin/src/') && !isTest(path));

/** `path imports what` for whatever a rule forbids, so that a failure names its place. */
function arrows(paths: readonly string[], isForbidden: (name: string, path: string) => boolean) {
  return paths.flatMap((path) =>
    importsOf(path)
      .filter((name) => isForbidden(name, path))
      .map((name) => `${path} imports ${name}`),
  );
}

describe.each(plugins)('%s', (folder) => {
  const own = listFiles(folder);

  it.each(['package.json', 'README.md', 'src/index.ts'])('has a %s', (file) => {
    expect(own).toContain(`${folder}/${file}`);
  });

  it('has tests', () => {
    expect(own.some(isTest)).toBe(true);
  });

  it('is called by its folder', () => {
    const { name } = JSON.parse(readText(`${folder}/package.json`)) as { readonly name: string };
    expect(name).toBe(`@dragoman/plugin-${folder.slice('plugins/'.length)}`);
  });

  it('reaches the gateway through @dragoman/plugin alone, and other plugins through their packages', () => {
    const shipped = own.filter(
      (path) => path.startsWith(`${folder}/src/`) && isSource(path) && !isTest(path),
    );
    const forbidden = arrows(shipped, (name) => {
      if (name.startsWith('@dragoman/'))
        return name !== packageOf(name) || ['@dragoman/core', '@dragoman/tests'].includes(name);
      if (['koa', 'tsyringe', 'reflect-metadata'].includes(packageOf(name))) return true;
      return /^(core|packages|plugins|tests|console)\//.test(name) && !name.startsWith(`${folder}/`);
    });
    expect(forbidden).toEqual([]);
  });
});

describe('the core', () => {
  it('knows no plugin and no test tool', () => {
    const forbidden = arrows(
      coreSources,
      (name) =>
        /^(@dragoman\/|packages\/|plugins\/|tests\/|console\/)/.test(name) &&
        packageOf(name) !== '@dragoman/plugin',
    );
    expect(forbidden).toEqual([]);
  });

  it('has one composition root', () => {
    const knowing = coreSources.filter((path) => importsOf(path).includes('tsyringe'));
    expect(knowing.filter((path) => !path.startsWith('core/src/composition/'))).toEqual([]);
    // The tokens are types, and nothing that runs.
    expect(readText('core/src/composition/tokens.ts')).not.toMatch(/import (?!type)[^;]*'tsyringe'/);
  });

  it('has a contract of the admin API that loads nothing but schemas', () => {
    const reached = new Set<string>();
    const visit = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      if (path.startsWith('core/') || path.startsWith('packages/'))
        for (const name of loadsOf(path)) visit(sourceOf(name));
    };
    const sourceOf = (name: string): string =>
      name.replace(/^@dragoman\/plugin\/internal\/(.*)$/, 'packages/plugin/src/$1.ts');
    visit('core/src/http/admin/contract/contract.ts');
    expect([...reached].filter((name) => !/^(core|packages\/plugin)\/src\//.test(name))).toEqual(['zod']);
  });

  it('keeps what plugins are made of free of every package but zod', () => {
    const forbidden = arrows(
      pluginSources,
      (name) => !/^(node:|packages\/plugin\/src\/)/.test(name) && name !== 'zod',
    );
    expect(forbidden).toEqual([]);
  });

  it('keeps the canonical model free of everything else', () => {
    const canonical = pluginSources.filter((path) => path.startsWith('packages/plugin/src/canonical/'));
    const forbidden = arrows(
      canonical,
      (name) => !name.startsWith('packages/plugin/src/canonical/') && !['zod', 'node:crypto'].includes(name),
    );
    expect(forbidden).toEqual([]);
  });
});

describe('every source file', () => {
  it('has at most 300 lines of code, tests 400', () => {
    // Catalogues of messages have one line for each.
    const long = sources.filter((path) => {
      if (path.startsWith('console/messages/')) return false;
      const code = readText(path).replaceAll(/\/\*[\s\S]*?\*\//g, '');
      const lines = code.split('\n').filter((line) => !/^\s*(\/\/.*)?$/.test(line));
      return lines.length > (isTest(path) ? 400 : 300);
    });
    expect(long).toEqual([]);
  });

  it('imports relative files that are there, by their whole names', () => {
    // The commands that users install run what is compiled.
    const sourceOf = (name: string): string => name.replace(/\/dist\/(.+)\.js$/, '/src/$1.ts');
    const missing = arrows(
      sources,
      (name) =>
        /^(core|packages|plugins|tests|console|scripts)\//.test(name) &&
        !existsSync(join(root, sourceOf(name))),
    );
    expect(missing).toEqual([]);
  });
});
