import { type ChatEvent, checkGrammar, collect, type ErrorKind, GatewayError } from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { ruleOf } from '../../core/src/upstreams/failure-rules.ts';
import { type Kind, kindOf } from '../../packages/create-dragoman-plugin/src/kinds.ts';
import { pluginFiles } from '../../packages/create-dragoman-plugin/src/plugin.ts';
import { listFiles, readText } from './workspace.ts';

const guides = ['docs/plugins.md', ...listFiles('docs/plugins')];
const documents = [
  ...guides,
  ...['packages', 'plugins'].flatMap(listFiles).filter((path) => /^[^/]+\/[^/]+\/README\.md$/.test(path)),
];
const sourceOf = (name: string, kind: Kind): string => pluginFiles(name, kind).get('src/index.ts') ?? '';
const manifest = JSON.parse(pluginFiles('my-upstream', 'http').get('package.json') ?? '') as {
  readonly scripts: object;
};
const sources = [
  ...[
    'plugins/echo/test/example',
    'plugins/openai/test/example',
    'tests/contract',
    'tests/types',
    'packages/testing/test',
  ]
    .flatMap(listFiles)
    .filter((path) => path.endsWith('.ts'))
    .map(readText),
  sourceOf('my-upstream', 'http'),
  sourceOf('my-socket', 'socket'),
  sourceOf('my-program', 'stdio'),
  sourceOf('my-wire', 'protocol'),
  sourceOf('my-format', 'tool-format'),
];

/** The code blocks of a document in one language. */
function blocksOf(path: string, language: string): readonly string[] {
  const blocks = [...readText(path).matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)];
  return blocks.flatMap(([, of, code = '']) => (of === language ? [code] : []));
}

it.each(documents)('%s shows code that the compiler checks', (path) => {
  const blocks = blocksOf(path, 'ts');
  expect(blocks.filter((code) => !sources.some((source) => source.includes(code)))).toEqual([]);
});

describe('the commands of the guides', () => {
  const commands = new Set(
    listFiles('core/src/cli')
      .flatMap((path) => [...readText(path).matchAll(/\.command\('([a-z-]+)/g)])
      .map(([, name = '']) => name),
  );

  /** Whether a line of a shell block is something that exists. */
  function isKnown(line: string): boolean {
    const [program, ...args] = line.split(' ');
    const [first = '', second = '', ...rest] = args;
    if (program === 'cd') return args.length === 1;
    if (program === 'npx') {
      const names = rest[0]?.startsWith('-') === false ? [second, rest[0]] : [second];
      return first === 'dragoman' && names.every((name) => commands.has(name));
    }
    if (program !== 'npm') return false;
    if (first === 'run') return second in manifest.scripts;
    if (first !== 'create') return ['test', 'install', 'version', 'publish'].includes(first);
    const [flag = '--provider', value = 'http'] = rest.filter((word) => word !== '--').slice(1);
    const kind = { [flag.slice(2)]: flag === '--provider' ? value : true };
    return second === 'dragoman-plugin' && kindOf(kind).length > 0;
  }

  it.each(guides)('of %s are there', (path) => {
    const lines = blocksOf(path, 'sh').flatMap((code) => code.trim().split(/\n| && /));
    expect(lines.filter((line) => !isKnown(line))).toEqual([]);
  });

  it.each(guides)('of %s are the only blocks that are not code or JSON', (path) => {
    const languages = [...readText(path).matchAll(/^```(\w*)\n[\s\S]*?^```/gm)].map(([, name]) => name);
    expect(languages.filter((name) => !['ts', 'sh', 'json'].includes(name ?? ''))).toEqual([]);
  });
});

it.each([
  ['docs/plugins/provider.md', sourceOf('my-upstream', 'http'), 40],
  ['docs/plugins/openai-compatible.md', readText('plugins/openai/test/example/quill.ts'), 35],
  ['docs/plugins/without-http.md', sourceOf('my-socket', 'socket'), 110],
] as const)('%s has a whole provider, which is short', (path, source, most) => {
  expect(readText(path)).toContain(`\`\`\`ts\n${source}\`\`\`\n`);
  expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(most);
});

it('the guide to publishing shows the package.json that new plugins have', () => {
  const [shown = ''] = blocksOf('docs/plugins/publishing.md', 'json');
  expect(manifest).toMatchObject(JSON.parse(shown) as object);
});

it('the plugin guide tells what follows from each kind of error', () => {
  const rows = [
    ...readText('docs/plugins.md').matchAll(/^\| `([a-z-]+)` +\|[^|]+\| (\d+) +\| (yes|no) +\|$/gm),
  ];
  const told = rows.map(([, kind, status, next]) => [kind, Number(status), next === 'yes']);
  const known = rows.map(([, kind]) => {
    const { status } = new GatewayError(kind as ErrorKind, '');
    return [kind, status, ruleOf(kind as ErrorKind).failsOver];
  });
  expect(told.length).toBeGreaterThan(10);
  expect(told).toEqual(known);
});

describe('the faults of the guide to debugging', () => {
  const start: ChatEvent = { type: 'start', id: '1', model: 'm' };
  const open: ChatEvent = { type: 'block-start', index: 0, block: { type: 'text' } };
  const delta: ChatEvent = { type: 'block-delta', index: 0, delta: 'Hi' };
  const close: ChatEvent = { type: 'block-end', index: 0 };
  const finish: ChatEvent = { type: 'finish', reason: 'stop' };
  const faults: Readonly<Record<string, readonly ChatEvent[]>> = {
    'block-delta before start': [delta],
    'block-delta for 0, which is not open': [start, delta],
    'index 0 used twice': [start, open, close, open],
    'an empty delta': [start, open, { ...delta, delta: '' }],
    'finish while 0 is open': [start, open, finish],
    'block-delta after finish': [start, open, close, finish, delta],
  };
  const rows = [...readText('docs/plugins/debugging.md').matchAll(/^\| `([^`]+)` +\|[^|]+\|$/gm)];
  const told = rows.map(([, fault = '']) => fault).filter((fault) => !fault.startsWith('-'));

  it.each(told)('%s is what the checker says', async (fault) => {
    const events = faults[fault] ?? [];
    const check = collect(checkGrammar(stream(events)));
    await expect(check).rejects.toThrow(`The events break the grammar: ${fault}.`);
  });

  it('are those that this test knows', () => {
    expect(told.toSorted()).toEqual(Object.keys(faults).toSorted());
  });
});

async function* stream(events: readonly ChatEvent[]): AsyncGenerator<ChatEvent> {
  yield* events;
}
