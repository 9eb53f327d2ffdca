/** The upstream of the bench: answers at once with about 1 KB, or with a stream of small chunks. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { cpuMicros, serveParent } from './child.ts';
import { CHUNKS, MODELS, PACE_MS } from './scenarios.ts';

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

const START = chunk({ role: 'assistant', content: '' });
const WORDS = Array.from({ length: CHUNKS }, (_, at) => chunk({ content: `word ${at} ` }));
const END = `${chunk({}, 'stop')}data: [DONE]\n\n`;

/** Each chunk is a write of its own, as from a model. */
async function writeStream(response: ServerResponse, isPaced: boolean): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(START);
  for (const word of WORDS) {
    if (response.destroyed) return;
    response.write(word);
    await (isPaced ? setTimeout(PACE_MS) : setImmediate());
  }
  response.end(END);
}

const server = createServer(async (request, response) => {
  const { model, stream } = JSON.parse((await buffer(request)).toString()) as Record<string, unknown>;
  if (stream === true) return writeStream(response, model === MODELS.paced);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': reply.length });
  response.end(reply);
});
server.listen(0, '127.0.0.1', () => {
  serveParent({ port: (server.address() as AddressInfo).port }, cpuMicros);
});
