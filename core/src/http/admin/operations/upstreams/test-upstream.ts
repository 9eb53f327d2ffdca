import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { type ChatRequest, collect, defined, GatewayError } from '@dragoman/plugin';
import { resumed } from '@dragoman/plugin/internal/canonical/iterate';
import { startCall } from '../../../../upstreams/call.ts';
import { replyEvents } from '../../../../upstreams/provider-calls/reply-events.ts';
import type { Upstream } from '../../../../upstreams/upstream.ts';
import type { testResultSchema } from '../../contract/upstream-contract.ts';
import type { AdminDeps } from '../../deps.ts';

/** A person is waiting, so an upstream that is silent for longer counts as failed. */
const PATIENCE_MS = 30_000;

/**
 * Tests an upstream for real: lists its models, and asks one for a few words. A discovered model is asked only if it is
 * named: the first one may be slow to load, expensive, or not for chat.
 */
export async function testUpstream(
  upstream: Upstream,
  model: string | undefined,
  deps: AdminDeps,
): Promise<z.output<typeof testResultSchema>> {
  const started = deps.now();
  try {
    const impatient = hurry(upstream);
    const models = await deps.upstreams.list(impatient).load();
    const asked = model ?? (upstream.config.models.list ? models[0]?.id : undefined);
    if (asked === undefined && !upstream.provider.models) throw nothingToTry();
    const reply = asked === undefined ? undefined : await ask(impatient, asked, deps);
    return defined({ ok: true, latencyMs: deps.now() - started, models: models.map(({ id }) => id), reply });
  } catch (thrown) {
    const { kind, message } = GatewayError.from(thrown);
    return { ok: false, latencyMs: deps.now() - started, error: { kind, message } };
  }
}

/** The same upstream with other limits. As a new object it has its own list, yet to be discovered. */
function hurry(upstream: Upstream): Upstream {
  const { config } = upstream;
  const totalMs = Math.min(config.timeouts.totalMs, PATIENCE_MS);
  return { ...upstream, config: { ...config, timeouts: { ...config.timeouts, totalMs } } };
}

function nothingToTry(): GatewayError {
  return new GatewayError('invalid', 'This upstream cannot list its models; name a model to test it with.');
}

async function ask(upstream: Upstream, model: string, { pools }: AdminDeps): Promise<string> {
  const call = startCall(pools, { upstream, model, requestId: `test_${randomUUID()}` });
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
    const { choices } = await collect(
      resumed(
        [],
        replyEvents(call, (own) => upstream.provider.chat(request, own)),
      ),
    );
    return (choices[0]?.content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('');
  } finally {
    call.release();
  }
}
