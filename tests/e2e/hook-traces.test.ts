import { answer, type Hook, type HookRecord, type TraceRecord } from '@dragoman/plugin';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunningGateway } from '../support/gateway.ts';
import { contentOf, createHooked, type Hooked, mask, question, said } from '../support/hooked.ts';

let hooked: Hooked;
beforeEach(async () => {
  hooked = await createHooked();
});
afterEach(() => hooked.close());

interface Detail {
  readonly changes: readonly { readonly path: string; readonly before?: string; readonly after?: string }[];
}

const askAs = (on: RunningGateway): Promise<Response> => on.post('/v1/chat/completions', question);
const idOf = (response: Response): string => response.headers.get('request-id') ?? '';
const hooksOf = async (on: RunningGateway, id: string): Promise<readonly HookRecord[] | undefined> =>
  (await on.admin<TraceRecord>('GET', `/traces/${id}`)).hooks;

describe('the trace of a request', () => {
  it('tells what each hook found and changed, with the texts where bodies are kept', async () => {
    const on = await hooked.start({ mask }, [], { traces: { record: 'full' } });
    hooked.one.reply(said('It is <n>.'));
    const response = await askAs(on);
    expect(await contentOf(response)).toBe('It is 4111.');
    const path = 'messages[0].content[0].text';
    const calls = await hooksOf(on, idOf(response));
    expect(calls).toMatchObject([
      {
        ...{ hook: 'mask', phase: 'request', action: 'change', changed: [path] },
        findings: [{ rule: 'number', action: 'change', detail: 'in a message' }],
      },
      { hook: 'mask', phase: 'reply', action: 'change', attempt: 0 },
    ]);
    const { changes } = await on.admin<Detail>('GET', `/traces/${idOf(response)}/detail`);
    expect(changes).toMatchObject([{ path, before: 'My number is 4111.', after: 'My number is <n>.' }]);
  });

  it('has only the places of changes where bodies are not kept, or rules say what to redact in them', async () => {
    for (const traces of [
      { record: 'no-bodies' },
      { record: 'full', redact: { patterns: [String.raw`\d{4}`] } },
    ] as const) {
      const on = await hooked.start({ mask }, [], { traces });
      hooked.one.reply(said('Hi.'));
      const response = await askAs(on);
      await response.text();
      const calls = await hooksOf(on, idOf(response));
      expect(calls?.[0]?.changed).toEqual(['messages[0].content[0].text']);
      const all = JSON.stringify([calls, await on.admin<Detail>('GET', `/traces/${idOf(response)}/detail`)]);
      expect(all).not.toContain('4111');
    }
  });

  it('tells which hook answered, at no cost, and what failed', async () => {
    const reply = {
      ...{ id: '', model: '', usage: { input: 1_000_000, output: 1_000_000 } },
      choices: [{ content: [{ type: 'text' as const, text: 'Kept.' }], reason: 'stop' as const }],
    };
    const hooks: Readonly<Record<string, Hook>> = {
      broken: { request: () => Promise.reject(new Error('No disk.')) },
      watch: { request: () => Promise.reject(new Error('Only watching.')) },
      cache: { request: () => answer(reply, { saved: { upstream: 'one', model: 'm' } }) },
    };
    const on = await hooked.start(hooks, [{ onError: 'open' }, { shadow: true }], {
      traces: { record: 'no-bodies' },
      metrics: { enabled: true },
      prices: { m: { input: 1, output: 2 } },
    });
    const response = await askAs(on);
    await response.text();
    const trace = await on.admin<TraceRecord>('GET', `/traces/${idOf(response)}`);
    expect(trace).toMatchObject({ outcome: 'ok', cost: 0, attempts: [] });
    expect(trace.upstream).toBeUndefined();
    expect(trace.hooks).toMatchObject([
      { hook: 'broken', action: 'error', error: 'Error: No disk.' },
      { hook: 'watch', action: 'error', isShadow: true },
      { hook: 'cache', action: 'answer', saved: 3 },
    ]);
    const metrics = await (await fetch(`${on.url}/metrics`)).text();
    const line = (name: string, labels: string): string => `dragoman_hook_${name}{${labels}}`;
    expect(metrics).toContain(
      `${line('calls_total', 'hook="cache",phase="request",action="answer",shadow="false"')} 1`,
    );
    expect(metrics).toContain(
      `${line('calls_total', 'hook="watch",phase="request",action="error",shadow="true"')} 1`,
    );
    expect(metrics).toContain(`${line('duration_seconds_count', 'hook="cache",phase="request"')} 1`);
    expect(metrics).toContain(`${line('saved_dollars_total', 'hook="cache"')} 3`);
  });

  it('says nothing of hooks where none applied', async () => {
    const on = await hooked.start({ mask }, [{ on: { aliases: ['x'] } }], {
      traces: { record: 'no-bodies' },
    });
    hooked.one.reply(said('Hi.'));
    const response = await askAs(on);
    await response.text();
    expect(await hooksOf(on, idOf(response))).toBeUndefined();
  });
});
