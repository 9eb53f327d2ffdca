import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createIntake } from '../../../../../tests/support/intake.ts';
import { placesLike, placesOf } from '@dragoman/plugin/internal/transport/json/json-places';
import { MODEL_LIKE } from '../../../catalogue/model-names.ts';
import { readRelayBody, type RelayBody } from './relay-body.ts';

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

const read = (type: string, bytes: Buffer, limit = LIMIT): Promise<RelayBody> =>
  readRelayBody(request(type, bytes), {
    intake: createIntake(limit),
    isScoped: false,
    places: placesOf(['model']),
  });

const readScoped = (type: string, text: string, limit = LIMIT): Promise<RelayBody> =>
  readRelayBody(request(type, Buffer.from(text)), {
    intake: createIntake(limit),
    isScoped: true,
    places: placesLike({ like: MODEL_LIKE, known: ['model'], except: [] }),
  });

const sent = (body: RelayBody): Promise<Buffer> => bytesOf(body.send(body.named?.bytes));

describe('the body of a relayed request', () => {
  it('of a form keeps every byte, and may be sent again once it was read whole', async () => {
    const { type, bytes } = await form({ file: new Blob(['x'.repeat(10_000)]), model: 'whisper-1' });
    const body = await read(type, bytes);
    expect(body).toMatchObject({ model: 'whisper-1', isWhole: true });
    expect(await sent(body)).toEqual(bytes);
    const [mention] = body.named?.mentions ?? [];
    expect(bytes.toString('latin1', mention?.start, mention?.end)).toBe('whisper-1');
  });

  it('of a large form is streamed from where its model was found', async () => {
    const { type, bytes } = await form({ model: 'whisper-1', file: new Blob(['x'.repeat(500_000)]) });
    const body = await read(type, bytes);
    expect(body).toMatchObject({ model: 'whisper-1', isWhole: false });
    expect(await sent(body)).toEqual(bytes);
  });

  it('of a form larger than the limit goes on, even when its model was not found in time', async () => {
    const { type, bytes } = await form({ file: new Blob(['x'.repeat(200_000)]), model: 'late' });
    const body = await read(type, bytes, 100_000);
    expect(body.model).toBeUndefined();
    expect(await sent(body)).toEqual(bytes);
  });

  it('of anything else is not looked at', async () => {
    const bytes = Buffer.from([0, 1, 255]);
    const body = await read('application/octet-stream', bytes);
    expect(body).toMatchObject({ isWhole: false });
    expect(await sent(body)).toEqual(bytes);
  });

  it('of JSON names its model and keeps its bytes', async () => {
    const bytes = Buffer.from('{ "model" : "dall-e" }');
    const body = await read('application/json; charset=utf-8', bytes);
    expect(body).toMatchObject({ model: 'dall-e', isWhole: true });
    expect(await sent(body)).toEqual(bytes);
  });

  it.each([
    ['text/plain', '{"model":"a"}'],
    ['', ' \n{"model":"a"}'],
    ['application/octet-stream', '\uFEFF{"model":"a"}'],
    ['application/x-www-form-urlencoded', '{"model":"a"}'],
    ['application/x-www-form-urlencoded', 'x=1&model=a&y=2'],
    ['application/x-www-form-urlencoded', 'x=é&model=%61'],
    ['multipart/form-data; boundary=b', plainForm('name="model"', 'a')],
    ['multipart/form-data; boundary="b"', plainForm('name=model', 'a')],
  ])('of type %j is read for what it is: %j', async (type, text) => {
    for (const body of [await read(type, Buffer.from(text)), await readScoped(type, text)]) {
      expect(body).toMatchObject({ model: 'a', isWhole: true, named: { mentions: [{ value: 'a' }] } });
      expect((await sent(body)).toString()).toBe(text);
    }
  });

  const boundary = 'multipart/form-data; boundary=b';
  it.each([
    ['two fields', boundary, plainForm('name="model"', 'a', 'name="model"', 'b')],
    ['a file', boundary, plainForm('name="model"; filename="x"', 'a')],
    ['another spelling', boundary, plainForm('name="Model"', 'a')],
    ['a list', boundary, plainForm('name="model[]"', 'a')],
    ['a nested name', boundary, plainForm('name="request[model]"', 'a')],
    ['two urlencoded fields', 'application/x-www-form-urlencoded', 'model=a&model=b'],
    ['an urlencoded field behind a semicolon', 'application/x-www-form-urlencoded', 'model=a&x=1;model=b'],
    ['another urlencoded spelling', 'application/x-www-form-urlencoded', 'MODEL=a'],
    ['JSON that is a form, too', 'application/x-www-form-urlencoded', '{"model":"a","x":"&model=b&"}'],
  ])('with %s for the model is refused', async (_, type, text) => {
    await expect(read(type, Buffer.from(text))).rejects.toMatchObject({
      kind: 'invalid',
      details: { field: 'model', code: 'model_mismatch' },
    });
  });

  it.each([
    ['bytes', 'application/octet-stream', 'x'],
    ['lines of JSON', 'application/x-ndjson', '{"model":"a"}\n{"model":"b"}'],
    ['a list', 'text/plain', '[{"model":"b"}]'],
    ['JSON in another encoding', 'text/plain', '\0{\0}'],
    ['two boundaries', 'multipart/form-data; boundary=b; boundary=c', plainForm('name="model"', 'a')],
    ['no end', boundary, plainForm('name="model"', 'a').slice(0, -6)],
    ['something in front', boundary, `x\r\n${plainForm('name="model"', 'a')}`],
    ['something behind', boundary, `${plainForm('name="model"', 'a')}model=b`],
    ['an escaped name', boundary, plainForm('name="mod\\"el"', 'a')],
    ['an encoded name', boundary, plainForm('name="mod%65l"', 'a')],
    ['a name of another form', boundary, plainForm("name=x; name*=utf-8''model", 'a')],
    ['an encoded word for a name', boundary, plainForm('name="=?utf-8?b?bW9kZWw=?="', 'a')],
    ['two names', boundary, plainForm('name="x"; name="model"', 'a')],
    ['an encoded part', boundary, plainForm('name="x"\r\nContent-Transfer-Encoding: base64', 'YQ==')],
    [
      'two dispositions',
      boundary,
      plainForm('name="x"\r\nContent-Disposition: form-data; name="model"', 'a'),
    ],
    ['a folded header', boundary, plainForm('name="x";\r\n name="model"', 'a')],
    ['a boundary in a value', boundary, plainForm('name="x"', 'a\n--b\nmodel')],
  ])('with %s is refused for a key with certain models', async (_, type, text) => {
    await expect(readScoped(type, text)).rejects.toMatchObject({
      kind: 'invalid',
      details: { code: 'model_mismatch' },
    });
  });

  it('of a form larger than the limit is refused for a key with certain models', async () => {
    const text = plainForm('name="model"', 'a', 'name="file"; filename="f"', 'x'.repeat(5_000));
    await expect(readScoped(boundary, text, 1_000)).rejects.toMatchObject({ kind: 'invalid' });
  });
});

/** A form of boundary `b`: what stands in each part's disposition, and its value. */
function plainForm(...parts: readonly string[]): string {
  const pieces = [];
  for (let at = 0; at < parts.length; at += 2) {
    pieces.push(`--b\r\nContent-Disposition: form-data; ${parts[at]}\r\n\r\n${parts[at + 1]}\r\n`);
  }
  return `${pieces.join('')}--b--\r\n`;
}
