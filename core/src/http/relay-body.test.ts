import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createIntake } from '../../../tests/support/intake.ts';
import { readRelayBody } from './relay-body.ts';

function request(type: string, body: Buffer): IncomingMessage {
  const pieces = Array.from({ length: Math.ceil(body.length / 1000) }, (_, at) =>
    body.subarray(at * 1000, at * 1000 + 1000),
  );
  const headers = { 'content-type': type, 'content-length': String(body.length) };
  return Object.assign(Readable.from(pieces), { headers, method: 'POST' }) as unknown as IncomingMessage;
}

async function form(fields: Record<string, string | Blob>): Promise<{ type: string; bytes: Buffer }> {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  const response = new Response(data);
  return {
    type: response.headers.get('content-type') ?? '',
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}

async function bytesOf(body: Uint8Array | AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  if (body === undefined || body instanceof Uint8Array) return Buffer.from(body ?? []);
  return buffer(body);
}

const LIMIT = 1024 * 1024;

describe('the body of a relayed request', () => {
  it('of a form keeps every byte, and may be sent again once it was read whole', async () => {
    const { type, bytes } = await form({ file: new Blob(['x'.repeat(10_000)]), model: 'whisper-1' });
    const body = await readRelayBody(request(type, bytes), createIntake(LIMIT));
    expect(body).toMatchObject({ model: 'whisper-1', isWhole: true });
    expect(await bytesOf(body.withModel('whisper-1'))).toEqual(bytes);
    const renamed = (await bytesOf(body.withModel('w2'))).toString('latin1');
    expect(renamed).toBe(bytes.toString('latin1').replace('whisper-1', 'w2'));
  });

  it('of a large form is streamed from where its model was found', async () => {
    const { type, bytes } = await form({ model: 'whisper-1', file: new Blob(['x'.repeat(500_000)]) });
    const body = await readRelayBody(request(type, bytes), createIntake(LIMIT));
    expect(body).toMatchObject({ model: 'whisper-1', isWhole: false });
    expect(await bytesOf(body.withModel('whisper-1'))).toEqual(bytes);
  });

  it('of a form larger than the limit goes on, even when its model was not found in time', async () => {
    const { type, bytes } = await form({ file: new Blob(['x'.repeat(200_000)]), model: 'late' });
    const body = await readRelayBody(request(type, bytes), createIntake(100_000));
    expect(body.model).toBeUndefined();
    expect(await bytesOf(body.withModel(undefined))).toEqual(bytes);
  });

  it('of anything else is not looked at', async () => {
    const bytes = Buffer.from([0, 1, 255]);
    const body = await readRelayBody(request('application/octet-stream', bytes), createIntake(LIMIT));
    expect(body).toMatchObject({ isWhole: false });
    expect(await bytesOf(body.withModel(undefined))).toEqual(bytes);
  });

  it('of JSON names its model and keeps its bytes', async () => {
    const bytes = Buffer.from('{ "model" : "dall-e" }');
    const body = await readRelayBody(request('application/json; charset=utf-8', bytes), createIntake(LIMIT));
    expect(body).toMatchObject({ model: 'dall-e', isWhole: true });
    expect(await bytesOf(body.withModel('x'))).toEqual(bytes);
  });
});
