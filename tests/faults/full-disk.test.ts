import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, openAiReply, openAiStream, startMockUpstream } from '@dragoman/testing/upstreams';
import { canMount, mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';

interface Key {
  readonly id: string;
  readonly name: string;
}
interface Refused {
  readonly error: { readonly code: string; readonly message: string };
}

describe.skipIf(!canMount)('a data folder (needs the right to mount)', () => {
  let disk: SmallDisk;
  let upstream: MockUpstream;
  let gateway: RunningGateway;
  beforeEach(async () => {
    disk = mountSmallDisk(4 * 1024 * 1024);
    upstream = await startMockUpstream();
    gateway = await startGateway({
      disk: disk.folder,
      upstreams: [
        {
          ...{ id: 'up', provider: 'openai', models: { list: ['m'] } },
          options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-up' },
        },
      ],
      // Otherwise nothing would be tried on a disk that is known to be full.
      surroundings: { freeSpace: () => Promise.resolve({ free: 1e12, total: 1e12 }) },
    });
  });
  afterEach(async () => {
    await gateway.gateway.close();
    await upstream.close();
    disk.close();
  });

  const rename = async (name: string): Promise<Key & Partial<Refused>> => {
    const [key] = await gateway.admin<readonly Key[]>('GET', '/keys');
    return gateway.admin('PATCH', `/keys/${key?.id}`, { name });
  };

  it('on a full disk refuses changes and says why', async () => {
    disk.fill();
    const { error } = await rename('other');
    expect(error?.message).toMatch(/so nothing was changed: no space left on the disk \(ENOSPC\)\.$/);
    const keys = await gateway.admin<readonly Key[]>('GET', '/keys');
    expect(keys.map(({ name }) => name)).toEqual(['first key']);
    // Requests go on.
    upstream.reply({ body: openAiReply([{ text: ['Hi.'] }]) });
    const response = await gateway.post('/v1/chat/completions', {
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
    });
    expect(response.status).toBe(200);
  });

  it('that has room again takes changes again', async () => {
    disk.fill();
    await rename('lost');
    disk.empty();
    expect(await rename('other')).toMatchObject({ name: 'other' });
  });

  it('on a full disk keeps no response, and does not tell it as stored', async () => {
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
    const ask = { model: 'm', input: 'Hi' };
    disk.fill();
    upstream.reply({ body: openAiReply([{ text: ['Hi.'] }]) }, { stream: openAiStream([{ text: ['Hi.'] }]) });
    const { data, response } = await client.responses.create(ask).withResponse();
    expect(data).toMatchObject({ output_text: 'Hi.', store: false });
    expect(response.headers.get('x-dragoman-dropped')).toContain('store');
    const streamed = await client.responses.stream(ask).finalResponse();
    expect(streamed).toMatchObject({ output_text: 'Hi.', store: false });
    for (const { id } of [data, streamed]) await expect(client.responses.retrieve(id)).rejects.toThrow();

    disk.empty();
    upstream.reply({ body: openAiReply([{ text: ['Hi.'] }]) });
    const kept = await client.responses.create(ask);
    expect(kept).toMatchObject({ store: true });
    expect((await client.responses.retrieve(kept.id)).id).toBe(kept.id);
  });
});
