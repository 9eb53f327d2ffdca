import {
  type ChatEvent,
  type ChatRequest,
  definePlugin,
  defineProtocol,
  GatewayError,
  type JsonObject,
  type RequestInput,
  type StreamDecoder,
  type UpstreamCodec,
} from '@dragoman/plugin';

/**
 * A protocol that nobody knows, with a wire of its own: lines of text in, pieces of text out. A question is
 * `{ask: 'model', lines: ['user: …']}`, an answer `{say: '…'}` again and again, and `{over: 'why'}`.
 */

const WIRE = 'tiny';

interface TinyBody {
  readonly ask: string;
  readonly lines: readonly string[];
  readonly live: boolean;
}

function decodeRequest({ body }: RequestInput): ChatRequest {
  const { ask, lines, live } = body as unknown as TinyBody;
  return {
    ...{ protocol: WIRE, model: ask, stream: live, system: [], tools: [], sampling: {}, reasoning: {} },
    messages: lines.map((line) => {
      const [, role = 'user', text = ''] = /^(user|assistant): (.*)$/s.exec(line) ?? [];
      return { role: role as 'user', content: [{ type: 'text', text }] };
    }),
  };
}

const frame = (value: JsonObject): string => `data: ${JSON.stringify(value)}\n\n`;

async function* encodeStream(events: AsyncIterable<ChatEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    if (event.type === 'block-delta') yield frame({ say: event.delta });
    if (event.type === 'finish') yield frame({ over: event.reason });
  }
}

function decodeStream(): StreamDecoder {
  let isBegun = false;
  let isOver = false;
  return {
    get isOver() {
      return isOver;
    },
    push({ data }) {
      const { say, over, problem } = JSON.parse(data) as Readonly<Record<string, string>>;
      if (problem !== undefined) throw new GatewayError('overloaded', problem);
      const told: ChatEvent[] = isBegun
        ? []
        : [
            { type: 'start', id: 'tiny', model: 'tiny' },
            { type: 'block-start', index: 0, block: { type: 'text' } },
          ];
      isBegun = true;
      if (say !== undefined) told.push({ type: 'block-delta', index: 0, delta: say });
      if (over === undefined) return told;
      isOver = true;
      return [...told, { type: 'block-end', index: 0 }, { type: 'finish', reason: 'stop' }];
    },
    end() {
      if (!isOver) throw new GatewayError('upstream-broken', 'It ended early.');
      return [];
    },
  };
}

const textOf = (content: readonly { readonly type: string; readonly text?: string }[]): string =>
  content.map(({ text = '' }) => text).join('');

const codec: UpstreamCodec = {
  encodeRequest({ model, messages, sampling, stream }, { drop }) {
    if (sampling.temperature !== undefined) drop('temperature', 'The tiny wire has no such field.');
    const lines = messages.map(({ role, content }) => `${role}: ${textOf(content)}`);
    return { path: '/ask', body: { ask: model, lines, live: stream } };
  },
  *decodeReply() {},
  decodeStream,
  decodeError: (_status, _headers, body) =>
    new GatewayError('invalid', (body as { readonly problem: string }).problem),
};

const tinyProtocol = defineProtocol({
  name: WIRE,
  title: 'Tiny lines',
  endpoints: [
    {
      operation: 'chat',
      method: 'POST',
      path: '/tiny/ask',
      wire: WIRE,
      summary: 'Answers lines.',
      keepAlive: ': still here\n\n',
      decodeRequest,
      encodeReply: ({ choices }) => ({ said: textOf(choices[0]?.content ?? []) }),
      encodeStream,
      encodeStreamError: ({ message }) => frame({ problem: message }),
    },
  ],
  credentials: { headers: ['x-tiny-ticket'], query: 'tiny' },
  clientHeaders: ['x-tiny-'],
  client: {
    mount: '/tiny',
    codec,
    programs: ({ origin, path }) => ({ Tin: `ask ${origin}${path}` }),
  },
  encodeError: ({ status, message }) => ({ status, body: { problem: message } }),
});

/** A plugin that brings nothing but a protocol of its own. */
export const tiny = definePlugin(() => ({ name: 'tiny', protocols: [tinyProtocol] }));
