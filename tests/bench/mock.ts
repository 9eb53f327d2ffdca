/** The upstream of the bench: answers at once with about 1 KB, or with a stream of small chunks. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { measure, serveParent } from './child.ts';
import { CHUNKS, CLAUDE, MODELS, PACE_MS } from './scenarios.ts';

const head = { id: 'chatcmpl-bench', created: 1_760_000_000, model: 'bench' };
const message = { role: 'assistant', content: 'x'.repeat(700), refusal: null };
const reply = Buffer.from(
  JSON.stringify({
    ...head,
    object: 'chat.completion',
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    usage: { prompt_tokens: 200, completion_tokens: 150, total_tokens: 350 },
  }),
);

function chunk(delta: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
  return `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices })}\n\n`;
}

interface Stream {
  readonly start: string;
  readonly words: readonly string[];
  readonly end: string;
}

const words = Array.from({ length: CHUNKS }, (_, at) => `word ${at} `);

const openai: Stream = {
  start: chunk({ role: 'assistant', content: '' }),
  words: words.map((content) => chunk({ content })),
  end: `${chunk({}, 'stop')}data: [DONE]\n\n`,
};

function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

const usage = { input_tokens: 200, output_tokens: 150 };
const begun = { ...head, type: 'message', role: 'assistant', content: [], stop_reason: null, usage };

const anthropic: Stream = {
  start:
    event('message_start', { message: begun }) +
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  words: words.map((text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
  end:
    event('content_block_stop', { index: 0 }) +
    event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage }) +
    event('message_stop', {}),
};

/** Each chunk is a write of its own, as from a model. */
async function writeStream(response: ServerResponse, stream: Stream, isPaced: boolean): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(stream.start);
  for (const word of stream.words) {
    if (response.destroyed) return;
    response.write(word);
    await (isPaced ? setTimeout(PACE_MS) : setImmediate());
  }
  response.end(stream.end);
}

const server = createServer(async (request, response) => {
  const { model, stream } = JSON.parse((await buffer(request)).toString()) as Record<string, unknown>;
  if (stream === true) {
    const isPaced = model === MODELS.paced || model === CLAUDE.paced;
    return writeStream(response, request.url === '/v1/messages' ? anthropic : openai, isPaced);
  }
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': reply.length });
  response.end(reply);
});
server.listen(0, '127.0.0.1', () => {
  serveParent({ port: (server.address() as AddressInfo).port }, measure);
});
