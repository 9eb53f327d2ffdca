import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundaryOf, findField } from './multipart.ts';

async function form(fields: Record<string, string | Blob>): Promise<{ bytes: Buffer; boundary: string }> {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  const response = new Response(data);
  const boundary = boundaryOf(response.headers.get('content-type') ?? '') ?? '';
  return { bytes: Buffer.from(await response.arrayBuffer()), boundary };
}

describe('findField', () => {
  it('finds a field behind a file, with its exact span', async () => {
    const { bytes, boundary } = await form({ file: new Blob(['RIFF']), model: 'whisper-1', language: 'en' });
    const field = findField(bytes, boundary, 'model');
    expect(field?.value).toBe('whisper-1');
    expect(bytes.toString('utf8', field?.start, field?.end)).toBe('whisper-1');
  });

  it('is not fooled by a file that looks like a field', async () => {
    const trap = '\r\nContent-Disposition: form-data; name="model"\r\n\r\nevil\r\n';
    const { bytes, boundary } = await form({ file: new Blob([trap]), model: 'good' });
    expect(findField(bytes, boundary, 'model')?.value).toBe('good');
  });

  it('tells nothing of a field that is not yet complete', async () => {
    const { bytes, boundary } = await form({ model: 'whisper-1' });
    const start = findField(bytes, boundary, 'model')?.start ?? 0;
    for (let size = 0; size < start + 'whisper-1'.length; size++) {
      expect(findField(bytes.subarray(0, size), boundary, 'model')).toBeUndefined();
    }
  });

  it('gives back any value', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[\w./:-]{1,40}$/), async (value) => {
        const { bytes, boundary } = await form({ purpose: 'x', model: value });
        expect(findField(bytes, boundary, 'model')?.value).toBe(value);
      }),
    );
  });
});

describe('boundaryOf', () => {
  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['multipart/form-data; charset=utf-8; boundary="a b"', 'a b'],
    ['application/json', undefined],
    ['multipart/form-data', undefined],
  ])('of %s is %s', (type, expected) => expect(boundaryOf(type)).toBe(expected));
});
