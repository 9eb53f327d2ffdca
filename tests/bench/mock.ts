/** The upstream of the bench: answers at once, about 1 KB, or as a stream of small chunks. */
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { answerCpu, announce } from './child.ts';
import { CHUNKS } from './scenarios.ts';

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

const server = createServer(async (request, response) => {
  const body = (await buffer(request)).toString();
  if (!body.includes('"stream":true')) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': reply.length });
    response.end(reply);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(chunk({ role: 'assistant', content: '' }));
  for (let at = 0; at < CHUNKS && !response.destroyed; at++) {
    response.write(chunk({ content: `word ${at} ` }));
    // Each chunk is a write of its own, as from a model.
    await new Promise(setImmediate);
  }
  response.write(chunk({}, 'stop'));
  response.end('data: [DONE]\n\n');
});
server.listen(0, '127.0.0.1', () => announce(server));
answerCpu();
