import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import type { Context } from 'koa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyText } from '../../../../tests/support/any-text.ts';
import { type EncodedError, GatewayError, type HeaderMap, type Protocol } from '@dragoman/plugin';
import { sendError } from '../errors.ts';
import { createRequestRecord } from '../../routing/request-record.ts';
import { type Head, writeHead } from './write-head.ts';

type Answer = (ctx: Context) => void;

let answer: Answer = () => {};
const server = createServer((_, res) => answer(contextOf(res)));
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => void server.close());

let protocol: Partial<Protocol> = {};
let model = 'm';

function contextOf(res: ServerResponse): Context {
  const record = { ...createRequestRecord(0), upstream: 'up', upstreamModel: model, limits: { now: 0 } };
  return { res, state: { requestId: 'req_test', record, protocol } } as unknown as Context;
}

function ask(by: Answer): Promise<Response> {
  answer = by;
  return fetch(url);
}

const write = (head: Head): Promise<Response> =>
  ask((ctx) => {
    writeHead(ctx, head);
    ctx.res.end('{}');
  });

const JSON_TYPE: HeaderMap = { 'content-type': 'application/json' };

describe('writeHead', () => {
  it('writes the policy and the own headers, whatever the reply says', async () => {
    const { headers } = await write({
      status: 200,
      headers: { ...JSON_TYPE, 'content-security-policy': 'none', 'x-dragoman-model': 'other' },
    });
    expect(headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('x-dragoman-model')).toBe('m');
  });

  it('leaves out a header whose name is too long for clients', async () => {
    const { headers } = await write({ status: 200, headers: { ...JSON_TYPE, ['x'.repeat(65_536)]: '' } });
    expect(headers.get('content-type')).toBe('application/json');
  });

  it('answers with any model, any headers and any status', async () => {
    const statuses = fc.oneof(
      fc.constantFrom(200, 404, 0, 100, 101, 999, 1e9, -1, Number.NaN, 2.5),
      fc.integer(),
    );
    const headers = fc.dictionary(anyText, fc.oneof(anyText, fc.constant(undefined as unknown as string)), {
      maxKeys: 3,
    });
    await fc.assert(
      fc.asyncProperty(anyText, headers, statuses, async (name, given, status) => {
        model = name;
        const { ['content-length']: _, connection: __, ...others } = given;
        const response = await write({ status, headers: { ...others, ...JSON_TYPE } });
        expect(response.headers.get('x-content-type-options')).toBe('nosniff');
        const isStatus = Number.isInteger(status) && status >= 200 && status <= 599;
        expect(response.status).toBe(isStatus ? status : 500);
        await response.text();
      }),
      { numRuns: 200 },
    );
    model = 'm';
  });

  it('does without the limits of a plugin that fails at them', async () => {
    protocol = {
      encodeLimits: () => {
        throw new Error('no limits');
      },
    };
    expect((await write({ status: 200, headers: JSON_TYPE })).status).toBe(200);
  });
});

describe('sendError', () => {
  const send = (encoded: () => EncodedError): Promise<Response> => {
    protocol = { encodeError: encoded };
    return ask((ctx) => sendError(ctx, new GatewayError('rate-limit', 'Slow down.')));
  };

  it('repairs what a plugin writes into headers', async () => {
    const headers = { 'retry-after': '1\r\nx-evil: 1', 'bad name': 'x', trailer: 'x' };
    const response = await send(() => ({ status: 429, headers, body: { error: 'x' } }));
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('1%0D%0Ax-evil:%201');
    expect(response.headers.has('x-evil')).toBe(false);
    expect(await response.json()).toEqual({ error: 'x' });
  });

  it.each<[string, () => EncodedError]>([
    [
      'throws',
      () => {
        throw new Error('secret of the plugin');
      },
    ],
    ['gives a body that is no JSON', () => ({ status: 429, body: { count: 1n } as never })],
    ['gives nothing', () => undefined as never],
  ])('answers in a plain envelope when the protocol %s', async (_, encoded) => {
    const response = await send(encoded);
    expect(response.status).toBe(429);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toEqual({ error: { type: 'rate-limit', message: 'Slow down.' } });
  });
});
