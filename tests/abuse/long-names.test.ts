import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway({ traces: { record: 'full' } });
});
afterAll(() => gateway.close());

const LONG = `echo/${'m'.repeat(100_000)}`;

const REQUESTS: Readonly<Record<string, (model: string) => readonly [path: string, body: object]>> = {
  'Chat Completions': (model) => [
    '/v1/chat/completions',
    { model, messages: [{ role: 'user', content: 'x' }] },
  ],
  Responses: (model) => ['/v1/responses', { model, input: 'x' }],
  Messages: (model) => ['/v1/messages', { model, max_tokens: 9, messages: [{ role: 'user', content: 'x' }] }],
  embeddings: (model) => ['/v1/embeddings', { model, input: 'x' }],
  'token counts': (model) => [
    '/v1/messages/count_tokens',
    { model, messages: [{ role: 'user', content: 'x' }] },
  ],
  relays: (model) => ['/v1/moderations', { model, input: 'x' }],
};

describe('a very long name of a model', () => {
  it.each(Object.keys(REQUESTS))('is refused by %s, and not repeated', async (name) => {
    const [path, body] = REQUESTS[name]?.(LONG) ?? ['', {}];
    const response = await gateway.post(path, body);
    const text = await response.text();
    expect(response.status).toBe(404);
    expect(text).toContain('at most 512 characters');
    expect(text.length).toBeLessThan(1_000);
  });

  it('is kept in no table, and cut short in the trace', async () => {
    const response = await gateway.post('/v1/chat/completions', {
      model: LONG,
      messages: [{ role: 'user', content: 'x' }],
    });
    await response.text();
    const id = response.headers.get('x-request-id') ?? '';
    const { model } = await gateway.admin<{ readonly model: string }>('GET', `/traces/${id}`);
    expect(model).toBe(`${LONG.slice(0, 512)}…`);
    const health = await gateway.admin<readonly { readonly model: string }[]>('GET', '/health');
    expect(health.filter((view) => view.model.length > 512)).toEqual([]);
  });
});
