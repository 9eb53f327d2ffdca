import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

const weather = {
  type: 'object',
  properties: { city: { type: 'string', minLength: 2 }, days: { type: 'integer', minimum: 1, maximum: 7 } },
  required: ['city', 'days'],
  additionalProperties: false,
};

describe('the official OpenAI SDK on the echo upstream', () => {
  let gateway: RunningGateway;
  let client: OpenAI;
  beforeAll(async () => {
    gateway = await startGateway();
    client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
  });
  afterAll(() => gateway.close());

  it('answers a chat', async () => {
    const reply = await client.chat.completions.create({
      model: 'echo',
      messages: [{ role: 'user', content: 'Good morning' }],
    });
    expect(reply.choices[0]?.message.content).toContain('Good morning');
    expect(reply.choices[0]?.finish_reason).toBe('stop');
    expect(reply.usage?.total_tokens).toBeGreaterThan(0);
    expect(reply._request_id).toMatch(/^req_/);
  });

  it('streams the same text as it answers whole', async () => {
    const messages = [{ role: 'user' as const, content: 'Tell me the same twice' }];
    const whole = await client.chat.completions.create({ model: 'echo', messages });
    const stream = client.chat.completions.stream({
      model: 'echo',
      messages,
      stream_options: { include_usage: true },
    });
    const pieces: string[] = [];
    stream.on('content', (piece) => pieces.push(piece));
    const final = await stream.finalChatCompletion();
    expect(pieces.length).toBeGreaterThan(2);
    expect(final.choices[0]?.message.content).toBe(whole.choices[0]?.message.content);
    expect(final.usage).toEqual(whole.usage);
  });

  it('runs a whole tool loop', async () => {
    const seen: unknown[] = [];
    const runner = client.chat.completions.runTools({
      model: 'echo',
      messages: [{ role: 'user', content: 'What is the weather? Use get_weather.' }],
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            description: 'Weather for a city',
            parameters: weather,
            parse: (text: string) => JSON.parse(text) as { city: string; days: number },
            function: (call: { city: string; days: number }) => {
              seen.push(call);
              return 'sunny, 21 degrees';
            },
          },
        },
      ],
    });
    expect(await runner.finalContent()).toContain('sunny, 21 degrees');
    expect(seen).toEqual([{ city: expect.any(String) as string, days: expect.any(Number) as number }]);
  });

  it('answers in the structure that was asked for', async () => {
    const reply = await client.chat.completions.create({
      model: 'echo',
      messages: [{ role: 'user', content: 'Plan something' }],
      response_format: { type: 'json_schema', json_schema: { name: 'plan', schema: weather, strict: true } },
    });
    const value = JSON.parse(reply.choices[0]?.message.content ?? '') as { city: string; days: number };
    expect(value.city.length).toBeGreaterThanOrEqual(2);
    expect(value.days).toBeGreaterThanOrEqual(1);
  });

  it('makes embeddings in the base64 that the SDK asks for', async () => {
    const reply = await client.embeddings.create({ model: 'echo', input: ['a', 'b', 'a'], dimensions: 8 });
    const [a, b, again] = reply.data.map(({ embedding }) => embedding);
    expect(a).toHaveLength(8);
    expect(again).toEqual(a);
    expect(b).not.toEqual(a);
  });

  it('lists and shows models', async () => {
    const ids = (await client.models.list()).data.map(({ id }) => id);
    expect(ids).toContain('echo');
    expect((await client.models.retrieve('echo')).id).toBe('echo');
    expect((await client.models.retrieve('echo/echo')).id).toBe('echo/echo');
    await expect(client.models.retrieve('nothing')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });

  it.each([
    ['echo-error-400', OpenAI.BadRequestError],
    ['echo-error-429', OpenAI.RateLimitError],
    ['echo-error-500', OpenAI.InternalServerError],
    ['echo-error-503', OpenAI.InternalServerError],
    // The upstream refused the gateway's key: the client's own key is fine.
    ['echo-error-401', OpenAI.InternalServerError],
    ['echo-error-404', OpenAI.NotFoundError],
    ['no-such-model', OpenAI.NotFoundError],
  ])('throws its typed error for %s, streamed or not', async (model, expected) => {
    const messages = [{ role: 'user' as const, content: 'x' }];
    await expect(client.chat.completions.create({ model, messages })).rejects.toBeInstanceOf(expected);
    await expect(client.chat.completions.create({ model, messages, stream: true })).rejects.toBeInstanceOf(
      expected,
    );
  });

  it('tells a stream that was cut as an error', async () => {
    const stream = client.chat.completions.stream({
      model: 'echo-cut',
      messages: [{ role: 'user', content: 'a long enough text to be cut in the middle' }],
    });
    await expect(stream.finalChatCompletion()).rejects.toBeInstanceOf(OpenAI.APIError);
  });

  it('refuses a wrong key, and names a wrong field', async () => {
    const stranger = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'sk-dgm-wrong', maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    const wrong = client.chat.completions.create({
      model: 'echo',
      messages: [
        { role: 'user', content: 'ok' },
        { role: 'user', content: 7 as unknown as string },
      ],
    });
    await expect(wrong).rejects.toMatchObject({ status: 400, param: 'messages[1].content' });
  });

  it('stops when the client aborts', async () => {
    const stream = await client.chat.completions.create({
      model: 'echo-hang',
      messages: [{ role: 'user', content: 'x' }],
      stream: true,
    });
    let pieces = 0;
    for await (const chunk of stream) {
      pieces += 1;
      if (chunk.choices[0]?.delta.content) stream.controller.abort();
    }
    expect(pieces).toBeGreaterThan(0);
  });

  it('shows reasoning as reasoning_content', async () => {
    const reply = await client.chat.completions.create({
      model: 'echo-reasoning',
      messages: [{ role: 'user', content: 'Think' }],
    });
    expect(reply.choices[0]?.message).toHaveProperty('reasoning_content', expect.stringMatching(/.+/));
  });

  it('gives as many choices as asked', async () => {
    const request = { model: 'echo', n: 3, messages: [{ role: 'user' as const, content: 'Three times' }] };
    const whole = await client.chat.completions.create(request);
    expect(whole.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    const streamed = await client.chat.completions.stream(request).finalChatCompletion();
    expect(streamed.choices.map(({ message }) => message.content)).toEqual(
      whole.choices.map(({ message }) => message.content),
    );
  });
});
