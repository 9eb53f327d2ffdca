import { type ChatEvent, readSse } from '@dragoman/plugin';
import type { RunningGateway } from '../../../state/files/run-file.ts';
import { createAdminClient } from '../../admin-client.ts';

interface ModelList {
  readonly models: readonly { readonly id: string }[];
}

interface ProtocolView {
  readonly name: string;
  readonly curl?: string;
}

export interface Question {
  readonly text: string;
  /** The name of a tool that the model is offered. */
  readonly tool?: string | undefined;
}

/** Asks the first model of a gateway in the first protocol that can be tried, and says what it answered. */
export async function askFirst(running: RunningGateway, { text, tool }: Question): Promise<string> {
  const admin = createAdminClient(running);
  const protocols = await admin.call<readonly ProtocolView[]>('GET', '/protocols');
  const protocol = protocols.find(({ curl }) => curl !== undefined);
  const { models } = await admin.call<ModelList>('GET', '/models');
  const [model] = models;
  if (!protocol) return 'Nothing was asked: no protocol has a client to try it with.';
  if (!model) return 'Nothing was asked: there are no models. Set models.list of the upstream.';
  const body = {
    protocol: protocol.name,
    request: {
      model: model.id,
      messages: [{ role: 'user', content: [{ type: 'text', text }] }],
      tools: tool === undefined ? [] : [{ kind: 'function', name: tool, schema: { type: 'object' } }],
      ...{ system: [], sampling: {}, reasoning: {} },
    },
  };
  const reply = await admin.stream('/playground/chat', body);
  return `${model.id} ${await describeReply(reply)}`;
}

async function describeReply(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const { event, data } of readSse(body)) {
    if (event === 'error') return `failed: ${(JSON.parse(data) as { readonly message: string }).message}`;
    if (event !== 'event') continue;
    const said = JSON.parse(data) as ChatEvent;
    if (said.type === 'block-start' && said.block.type === 'tool-call') text += ` ${said.block.name} `;
    if (said.type === 'block-delta') text += said.delta;
  }
  return `answered: ${text}`;
}
