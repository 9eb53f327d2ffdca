import { describe, expect, it } from 'vitest';
import { kindOf } from './kinds.ts';
import { pluginFiles } from './plugin.ts';

const textOf = (path: string, files = pluginFiles('my-upstream', 'http')): string => files.get(path) ?? '';

describe('a new plugin', () => {
  it('is called by its folder, everywhere', () => {
    const files = pluginFiles('my-upstream', 'http');
    expect(JSON.parse(textOf('package.json', files))).toMatchObject({ name: 'dragoman-plugin-my-upstream' });
    const source = textOf('src/index.ts', files);
    expect(source).toContain(`name: 'my-upstream',\n  title: 'My upstream',`);
    expect(source).toContain('export const myUpstream = definePlugin(');
    expect(textOf('playground/gateway.config.ts', files)).toContain('MY_UPSTREAM_URL');
    expect([...files].filter(([, text]) => /acme|\{\{/i.test(text))).toEqual([]);
  });

  it.each([
    ['dragoman-plugin-quill', 'dragoman-plugin-quill', 'quill'],
    ['4chat', 'dragoman-plugin-4chat', 'chat'],
  ])('in the folder %s is the package %s, which exports %s', (folder, name, identifier) => {
    const files = pluginFiles(folder, 'observer');
    expect(JSON.parse(textOf('package.json', files))).toMatchObject({ name });
    expect(textOf('src/index.ts', files)).toContain(`export const ${identifier} =`);
  });

  it('has what it imports as peers, and what only its tests need for development', () => {
    const manifest = JSON.parse(textOf('package.json', pluginFiles('a', 'openai'))) as {
      readonly peerDependencies: object;
      readonly devDependencies: object;
    };
    const peers = ['@dragoman/plugin', '@dragoman/plugin-openai', 'zod'];
    expect(Object.keys(manifest.peerDependencies)).toEqual(peers);
    expect(Object.keys(manifest.devDependencies)).toEqual(
      [...peers, '@dragoman/testing', '@types/node', 'dragoman', 'typescript', 'vitest'].toSorted(),
    );
  });

  it.each([
    ['http', "provider: 'my-upstream'"],
    ['hook', "hook: 'my-upstream'"],
    ['tool-format', "toolCalls: 'my-upstream'"],
  ] as const)('of the kind %s shows a whole config in its README', (kind, part) => {
    const files = pluginFiles('my-upstream', kind);
    const [, shown = ''] = /^```ts\n([^`]*)\n```$/m.exec(textOf('README.md', files)) ?? [];
    expect(shown).toContain(`import { myUpstream } from 'dragoman-plugin-my-upstream';`);
    expect(shown).toContain(part);
    expect([...files.keys()].filter((path) => path.startsWith('readme/'))).toEqual([]);
  });

  it.each([
    ['http', 40],
    ['openai', 35],
    ['socket', 110],
  ] as const)('of the kind %s has at most %d lines to write', (kind, most) => {
    const lines = textOf('src/index.ts', pluginFiles('a', kind)).trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(most);
  });
});

describe('the kind', () => {
  it.each([
    [{}, 'http'],
    [{ provider: 'openai' }, 'openai'],
    [{ hook: true }, 'hook'],
    [{ 'tool-format': true }, 'tool-format'],
  ])('of %j is %s', (flags, kind) => {
    expect(kindOf(flags)).toBe(kind);
  });

  it('is one', () => {
    expect(() => kindOf({ hook: true, provider: 'http' })).toThrow('one kind of plugin, not hook and http');
    expect(() => kindOf({ provider: 'smtp' })).toThrow(
      '--provider is one of http, openai, socket, stdio, not smtp',
    );
  });
});
