import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SPEAKERS } from '../matrix/upstreams.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

let upstream: MockUpstream;
let gateway: RunningGateway;
let client: OpenAI;
let stranger: OpenAI;
beforeAll(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    upstreams: SPEAKERS.map((speaker) => ({
      id: speaker.wire,
      ...speaker.config(upstream.url),
      models: { list: ['m'] },
    })),
  });
  const connect = (apiKey: string): OpenAI =>
    new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 });
  client = connect(gateway.key);
  stranger = connect(await gateway.createKey({ name: 'stranger' }));
});
beforeEach(() => upstream.reset());
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const converted = SPEAKERS.filter(({ wire }) => wire !== 'openai-responses');

describe.each(converted)('stateful Responses on an upstream that speaks $wire', ({ wire, reply, stream }) => {
  const model = `${wire}/m`;

  it('go on from a response by its id alone, over several turns', async () => {
    upstream.reply({ body: reply([{ text: ['My name is Bo.'] }]) });
    const first = await client.responses.create({ model, input: 'Who are you?', instructions: 'Be brief.' });
    upstream.reply({ stream: stream([{ text: ['It is ', 'Bo.'] }]) });
    const second = await client.responses
      .stream({ model, input: 'Again?', previous_response_id: first.id })
      .finalResponse();
    expect(second.previous_response_id).toBe(first.id);
    upstream.reply({ body: reply([{ text: ['Still Bo.'] }]) });
    const third = await client.responses.create({
      ...{ model, input: 'Sure?', previous_response_id: second.id },
    });
    expect(third.output_text).toBe('Still Bo.');

    const asked = JSON.stringify(upstream.lastCall.body);
    const said = ['Who are you?', 'My name is Bo.', 'Again?', 'It is Bo.', 'Sure?'];
    const places = said.map((text) => asked.indexOf(text));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    // As at OpenAI, instructions do not come along.
    expect(asked).not.toContain('Be brief.');
  });

  it('carry tool calls to the turn that brings their results', async () => {
    upstream.reply({
      body: reply([{ tools: [{ id: 'call_1', name: 'get_time', arguments: ['{"zone":"CET"}'] }] }]),
    });
    const tools = [
      { type: 'function' as const, name: 'get_time', parameters: { type: 'object' }, strict: false },
    ];
    const first = await client.responses.create({ model, input: 'What time is it?', tools });
    const [call] = first.output.filter((item) => item.type === 'function_call');
    upstream.reply({ body: reply([{ text: ['Noon.'] }]) });
    const second = await client.responses.create({
      ...{ model, tools, previous_response_id: first.id },
      input: [{ type: 'function_call_output', call_id: call?.call_id ?? '', output: '12:00' }],
    });
    expect(second.output_text).toBe('Noon.');
    expect(JSON.stringify(upstream.lastCall.body)).toMatch(/get_time.*12:00/);
  });

  it('are shown and removed by their id, to nobody but their key', async () => {
    upstream.reply({ stream: stream([{ text: ['Kept.'] }]) });
    const kept = await client.responses.stream({ model, input: 'Hi' }).finalResponse();
    expect(await client.responses.retrieve(kept.id)).toMatchObject({
      id: kept.id,
      status: 'completed',
      output: [{ id: kept.output[0]?.id, content: [{ text: 'Kept.' }] }],
      usage: kept.usage,
    });
    await expect(
      stranger.responses.create({ model, input: 'x', previous_response_id: kept.id }),
    ).rejects.toMatchObject({ status: 400, code: 'previous_response_not_found' });

    await client.responses.delete(kept.id);
    await expect(
      client.responses.create({ model, input: 'x', previous_response_id: kept.id }),
    ).rejects.toMatchObject({ status: 400, param: 'previous_response_id' });
  });

  it('are not kept against the wish of the client', async () => {
    upstream.reply({ body: reply([{ text: ['Forget me.'] }]) });
    const { id } = await client.responses.create({ model, input: 'Hi', store: false });
    await expect(
      client.responses.create({ model, input: 'x', previous_response_id: id }),
    ).rejects.toMatchObject({ code: 'previous_response_not_found' });
  });
});

describe('stateful Responses on an upstream that keeps them itself', () => {
  const model = 'openai-responses/m';
  const [speaker] = SPEAKERS.filter(({ wire }) => wire === 'openai-responses');
  const body = speaker?.reply([{ text: ['Hello.'] }]) ?? {};

  it('are left to it', async () => {
    upstream.reply({ body });
    await client.responses.create({ model, input: 'Hi', previous_response_id: 'resp_theirs' });
    expect(upstream.lastCall.body).toEqual({ model: 'm', input: 'Hi', previous_response_id: 'resp_theirs' });

    upstream.reply({ body: { ...body, id: 'resp_theirs' } });
    const apiKey = await gateway.createKey({ name: 'all', relay: 'all' });
    const whole = client.withOptions({ apiKey });
    expect(await whole.responses.retrieve('resp_theirs')).toMatchObject({ id: 'resp_theirs' });
    expect(upstream.lastCall).toMatchObject({ method: 'GET', path: '/v1/responses/resp_theirs' });
  });

  it('go on from what the gateway keeps of another upstream', async () => {
    const [other] = converted;
    upstream.reply({ body: other?.reply([{ text: ['From elsewhere.'] }]) ?? {} });
    const { id } = await client.responses.create({ model: 'openai-chat/m', input: 'First' });
    upstream.reply({ body });
    const next = await client.responses.create({ model, input: 'Second', previous_response_id: id });
    expect(JSON.stringify(upstream.lastCall.body)).toMatch(/First.*From elsewhere\..*Second/);
    expect(upstream.lastCall.body).not.toHaveProperty('previous_response_id');

    upstream.reply({ body });
    await client.responses.create({ model, input: 'Third', previous_response_id: next.id });
    expect(JSON.stringify(upstream.lastCall.body)).toMatch(/First.*Second.*Third/);
  });
});
