import type { Context } from 'koa';
import { describe, expect, it } from 'vitest';
import type { ListModelsEndpoint, Protocol } from '@dragoman/plugin';
import { expectedProtocol } from './expected-protocol.ts';

/** A protocol with these paths, whose clients send the header `x-<name>`. */
function protocol(name: string, paths: readonly string[]): Protocol {
  return {
    ...{ name, title: name, encodeError: () => ({ status: 500, body: {} }) },
    endpoints: paths.map((path): ListModelsEndpoint => ({
      ...{ operation: 'list-models', method: 'GET', path, wire: name, summary: '' },
      accepts: (headers) => `x-${name}` in headers,
      encodeModels: () => ({}),
    })),
  };
}

const PROTOCOLS = [
  protocol('one', ['/v1/models', '/v1/models/:id', '/v1/{*rest}']),
  protocol('two', ['/v1/models', '/v1/messages/count']),
  protocol('tags', ['/', '/api/tags']),
  protocol('rooms', ['/api/rooms/:room/say', '/:tenant/rooms']),
];

const expected = (path: string, headers: Readonly<Record<string, string>> = {}): string | undefined =>
  expectedProtocol(PROTOCOLS, { path, req: { headers } } as Context)?.name;

describe('the protocol of a path that no endpoint serves', () => {
  it.each([
    ['/v1/nothing', 'one'],
    ['/v1', 'one'],
    ['/v1/models/x/y', 'one'],
    ['/v1/messages', 'two'],
    ['/v1/messages/nothing', 'two'],
    ['/api/nothing', 'tags'],
    ['/api/rooms', 'rooms'],
    ['/api/rooms/4/nothing', 'rooms'],
    ['/acme/rooms/nothing', undefined],
    ['/elsewhere', undefined],
    ['/', undefined],
  ])('of %s is %s', (path, name) => {
    expect(expected(path)).toBe(name);
  });

  it('is the one whose headers the client sends, if it has such paths', () => {
    expect(expected('/v1/nothing', { 'x-two': '1' })).toBe('two');
    expect(expected('/v1/messages', { 'x-one': '1' })).toBe('one');
    expect(expected('/v1/nothing', { 'x-tags': '1' })).toBe('one');
  });
});
