import { type ErrorKind, GatewayError } from '@dragoman/plugin';
import { expect, it } from 'vitest';
import { ruleOf } from '../../core/src/upstreams/failure-rules.ts';
import { listFiles, readText } from './workspace.ts';

const guide = readText('docs/plugins.md');
const documents = [
  'docs/plugins.md',
  'docs/plugins/without-http.md',
  'docs/plugins/hooks.md',
  'packages/testing/README.md',
  ...listFiles('plugins').filter((path) => /^plugins\/[^/]+\/README\.md$/.test(path)),
];
const sources = [
  'plugins/echo/test/example',
  'plugins/openai/test/example',
  'tests/contract',
  'tests/types',
  'packages/testing/test',
]
  .flatMap(listFiles)
  .filter((path) => path.endsWith('.ts'))
  .map(readText);

it.each(documents)('%s shows code that the compiler checks', (path) => {
  const blocks = [...readText(path).matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = '']) => code);
  expect(blocks.filter((code) => !sources.some((source) => source.includes(code)))).toEqual([]);
});

it('the plugin guide has a provider in 40 lines', () => {
  const source = readText('plugins/echo/test/example/plain-text.ts');
  expect(guide).toContain(`\`\`\`ts\n${source}\`\`\`\n`);
  expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
});

it('the guide has a provider over WebSocket, with a login and a pool, in 110 lines', () => {
  const source = readText('plugins/echo/test/example/socket.ts');
  expect(readText('docs/plugins/without-http.md')).toContain(`\`\`\`ts\n${source}\`\`\`\n`);
  expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(110);
});

it('the README of openai has a provider with quirks in 35 lines', () => {
  const source = readText('plugins/openai/test/example/quill.ts');
  expect(readText('plugins/openai/README.md')).toContain(`\`\`\`ts\n${source}\`\`\`\n`);
  expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(35);
});

it('the plugin guide tells what follows from each kind of error', () => {
  const rows = [...guide.matchAll(/^\| `([a-z-]+)` +\|[^|]+\| (\d+) +\| (yes|no) +\|$/gm)];
  const told = rows.map(([, kind, status, next]) => [kind, Number(status), next === 'yes']);
  const known = rows.map(([, kind]) => {
    const { status } = new GatewayError(kind as ErrorKind, '');
    return [kind, status, ruleOf(kind as ErrorKind).failsOver];
  });
  expect(told.length).toBeGreaterThan(10);
  expect(told).toEqual(known);
});
