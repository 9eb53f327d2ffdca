import { describe, expect, it } from 'vitest';
import { attributeError } from './registry/containment/attribution.ts';
import { runAs } from './registry/containment/plugin-scope.ts';
import { createStrayErrors } from './stray-errors.ts';

const CORE = new URL('./upstreams/call.ts', import.meta.url).href;
const PACKAGE = '/app/node_modules/.pnpm/acme@1.0.0/node_modules/@acme/plugin/dist/index.js';
const LIBRARY = '/app/node_modules/ws/lib/websocket.js';
const OWN = '/app/plugins/acme/index.ts';
const NODE = 'node:internal/timers';

function thrownIn(...files: readonly string[]): Error {
  const error = new Error('Broken.');
  error.stack = ['Error: Broken.', ...files.map((file, at) => `    at work (${file}:${at + 1}:7)`)].join(
    '\n',
  );
  return error;
}

/** An error whose fields throw when they are read. */
const UNREADABLE = new Proxy(new Error('Broken.'), {
  get() {
    throw new Error('Not to be read.');
  },
});

const scope = { plugin: 'acme', upstream: 'up' };

describe('attributeError', () => {
  it.each<[string, Error | string, typeof scope | undefined, object | undefined]>([
    [
      'code of a plugin',
      thrownIn(OWN, NODE),
      scope,
      { ...scope, source: expect.stringContaining('plugins/acme/index.ts') as string },
    ],
    ['an installed plugin', thrownIn(PACKAGE, NODE), scope, { ...scope, source: '@acme/plugin' }],
    [
      'a library that a plugin called',
      thrownIn(LIBRARY, PACKAGE),
      scope,
      { ...scope, source: '@acme/plugin' },
    ],
    [
      'the gateway, called wrongly by a plugin',
      thrownIn(CORE, OWN),
      undefined,
      { source: expect.stringContaining('acme') as string },
    ],
    ['a socket of a plugin', thrownIn(NODE), scope, scope],
    ['no error', 'text', scope, scope],
    ['the gateway itself', thrownIn(CORE, NODE), undefined, undefined],
    ['the gateway, called by a library', thrownIn(CORE, LIBRARY), scope, undefined],
    ['a library without a plugin', thrownIn(LIBRARY, NODE), undefined, undefined],
    ['nobody', 'text', undefined, undefined],
  ])('finds %s', (_, error, running, blame) => expect(attributeError(error, running)).toEqual(blame));

  it('knows who left a timer behind', async () => {
    const attributed = Promise.withResolvers<unknown>();
    runAs(scope, () => setTimeout(() => attributed.resolve(attributeError('text')), 1));
    expect(await attributed.promise).toEqual(scope);
  });
});

describe('errors that nobody caught', () => {
  function create() {
    const lines: string[] = [];
    const ended: unknown[] = [];
    const clock = { ms: 0 };
    const write = (fields: object, message: string): void =>
      void lines.push(`${message} ${JSON.stringify(fields)}`);
    const stray = createStrayErrors({
      log: () => ({ debug: write, info: write, warn: write, error: write }),
      end: (error) => void ended.push(error),
      now: () => clock.ms,
    });
    return { ...stray, lines, ended, clock };
  }

  it('of a plugin are logged and survived', () => {
    const { onException, onRejection, lines, ended } = create();
    runAs(scope, () => {
      onException(thrownIn(OWN));
      onRejection('text');
    });
    expect(ended).toEqual([]);
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^A plugin .*"plugin":"acme","upstream":"up"/);
  });

  it('of the gateway itself end the process, unless nothing was interrupted', () => {
    const { onException, onRejection, lines, ended } = create();
    const error = thrownIn(CORE);
    onRejection(error);
    expect(ended).toEqual([]);
    onException(error);
    expect(ended).toEqual([error]);
    expect(lines.every((line) => line.startsWith('The gateway itself '))).toBe(true);
  });

  it('may be anything, even an error that cannot be read', () => {
    const { onException, onRejection, lines, ended } = create();
    runAs(scope, () => {
      for (const thrown of [undefined, Object.create(null), Symbol('s'), UNREADABLE]) {
        onException(thrown);
        onRejection(thrown);
      }
    });
    expect(ended).toEqual([]);
    expect(lines.length).toBeGreaterThan(4);
  });

  it('are logged once a minute, with how many there were', () => {
    const { onException, lines, clock } = create();
    const fail = (): void => runAs(scope, () => onException(thrownIn(OWN)));
    for (let at = 0; at < 5; at += 1) fail();
    expect(lines).toHaveLength(1);
    clock.ms = 60_000;
    fail();
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('"more":4');
  });
});
