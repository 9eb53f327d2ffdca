import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '@dragoman/testing';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import {
  type MockReply,
  type MockUpstream,
  type OpenAiPart,
  startMockUpstream,
} from '@dragoman/testing/upstreams';
import { aiSdkClients } from './ai-sdk-clients.ts';
import type { Answer, Question } from './client.ts';
import { anthropicMessages, googleGenAi, openAiChat, openAiResponses } from './sdk-clients.ts';
import { SPEAKERS } from './upstreams.ts';

const CLIENTS = [openAiChat, openAiResponses, anthropicMessages, googleGenAi, ...aiSdkClients];
const MODEL = 'mock-model';
const TEXT: readonly OpenAiPart[] = [{ text: ['Hel', 'lo — 你好 ', '🌍!'] }];
const CALLS: readonly OpenAiPart[] = [
  {
    tools: [
      { id: 'call_1', name: 'get_weather', arguments: ['{"city":', '"Paris"}'] },
      { id: 'call_2', name: 'get_weather', arguments: ['{"city"', ':"Oslo"}'] },
    ],
  },
];
const THOUGHT: readonly OpenAiPart[] = [{ reasoning: ['Let me', ' think.'] }, { text: ['Done', '.'] }];
const JSON_TEXT: readonly OpenAiPart[] = [{ text: ['{"capital":', '"Paris"}'] }];

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const tools = [{ name: 'get_weather', schema }];
const answerSchema = {
  type: 'object',
  properties: { capital: { type: 'string' } },
  required: ['capital'],
  additionalProperties: false,
};
const image =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

describe.each(SPEAKERS.map((speaker) => [speaker.wire, speaker] as const))(
  'an upstream of %s',
  (_, speaker) => {
    let upstream: MockUpstream;
    let gateway: RunningGateway;
    beforeAll(async () => {
      upstream = await startMockUpstream();
      gateway = await startGateway({
        upstreams: [
          {
            id: 'up',
            ...speaker.config(upstream.url),
            models: { list: [MODEL] },
            capabilities: { '*': { thinking: 'budget' } },
          },
        ],
      });
    });
    beforeEach(() => upstream.reset());
    afterAll(async () => {
      await gateway.close();
      await upstream.close();
    });

    describe.each(CLIENTS.map((client) => [client.name, client] as const))(
      'asked with %s',
      (_name, client) => {
        const ask = (reply: MockReply, question: Partial<Question> = {}): Promise<Answer> => {
          upstream.reply(reply);
          const asked = { model: MODEL, stream: reply.stream !== undefined, text: 'Hello', ...question };
          return client.connect(gateway)(asked);
        };
        const both = (parts: readonly OpenAiPart[]): readonly (readonly [string, MockReply])[] => [
          ['whole', { body: speaker.reply(parts) }],
          ['streamed', { stream: speaker.stream(parts) }],
        ];
        const sent = (): string => upstream.lastCall.rawBody.toString();

        it.each(both(TEXT))('tells a text, %s', async (_form, reply) => {
          expect(await ask(reply)).toEqual({
            text: 'Hello — 你好 🌍!',
            reasoning: '',
            calls: [],
            finish: client.finishes.stop,
            tokens: { input: 12, output: 7 },
          });
        });

        it.each(both(CALLS))('calls tools side by side, %s', async (_form, reply) => {
          expect(await ask(reply, { tools })).toMatchObject({
            text: '',
            calls: [
              { name: 'get_weather', args: { city: 'Paris' } },
              { name: 'get_weather', args: { city: 'Oslo' } },
            ],
            finish: client.finishes.calls,
          });
          expect(sent()).toContain('get_weather');
        });

        it.each(both(THOUGHT))('tells what the model thought, %s', async (_form, reply) => {
          const { stop: finish } = client.finishes;
          const answer = await ask(reply, { wantsReasoning: true });
          expect(answer).toMatchObject({ text: 'Done.', reasoning: 'Let me think.', finish });
        });

        it.each(both(JSON_TEXT))('has the answer follow a schema, %s', async (_form, reply) => {
          const { text } = await ask(reply, { answerSchema });
          expect(JSON.parse(text)).toEqual({ capital: 'Paris' });
          expect(sent()).toContain('capital');
        });

        it('shows a picture', async () => {
          await ask({ body: speaker.reply(TEXT) }, { image });
          expect(sent()).toContain(image);
        });

        it('fails where the upstream refuses', async () => {
          const failure = await failureOf(ask(speaker.rateLimit));
          expect(failure).toMatchObject(
            client.name === 'google genai' ? { status: 429 } : statusOf(failure, 429),
          );
          expect(messageOf(failure)).toContain('Slow down.');
        });

        it('fails where the upstream breaks off with an error', async () => {
          const failure = await failureOf(ask({ stream: speaker.broken(TEXT) }));
          expect(messageOf(failure)).toMatch(/overloaded|had an error/i);
        });

        it('fails where the stream ends too early', async () => {
          const failure = await failureOf(ask({ stream: speaker.truncated(TEXT) }));
          expect(messageOf(failure)).toMatch(/ended early/);
        });
      },
    );
  },
);

/** The AI SDK calls it `statusCode`. */
function statusOf(failure: unknown, status: number): object {
  return 'statusCode' in (failure as object) ? { statusCode: status } : { status };
}

function messageOf(failure: unknown): string {
  return typeof failure === 'object' && failure !== null && 'message' in failure
    ? String(failure.message)
    : JSON.stringify(failure);
}
