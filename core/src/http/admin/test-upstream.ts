import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { ChatRequest } from '../../canonical/chat.ts';
import { GatewayError } from '../../canonical/errors.ts';
import { collect } from '../../canonical/fold.ts';
import { defined } from '../../canonical/json.ts';
import { guardGrammar } from '../../canonical/grammar.ts';
import { startCall } from '../../routing/call.ts';
import type { Upstream } from '../../routing/upstream.ts';
import type { testResultSchema } from './contract.ts';
import type { AdminDeps } from './deps.ts';

/** Tries an upstream for real: asks for its models and, when one is named, for a few words. */
export async function testUpstream(
  upstream: Upstream,
  model: string | undefined,
  deps: AdminDeps,
): Promise<z.output<typeof testResultSchema>> {
  const started = deps.now();
  try {
    const models = await deps.upstreams.list(upstream).load({ refresh: true });
    const reply = model === undefined ? undefined : await ask(upstream, model, deps);
    return defined({ ok: true, latencyMs: deps.now() - started, models: models.map(({ id }) => id), reply });
  } catch (thrown) {
    const { kind, message } = GatewayError.from(thrown);
    return { ok: false, latencyMs: deps.now() - started, error: { kind, message } };
  }
}

async function ask(upstream: Upstream, model: string, { pools, log }: AdminDeps): Promise<string> {
  const call = startCall(pools, { upstream, model, requestId: `test_${randomUUID()}`, log });
  const request: ChatRequest = {
    protocol: 'test',
    model,
    stream: false,
    system: [],
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Say hi.' }] }],
    tools: [],
    maxTokens: 16,
    sampling: {},
    reasoning: {},
  };
  try {
    const { choices } = await collect(guardGrammar(upstream.provider.chat(request, call.context)));
    return (choices[0]?.content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('');
  } finally {
    call.release();
  }
}
