import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundaryOf, isPlainFormType, parseForm } from './multipart.ts';

async function form(fields: Record<string, string | Blob>): Promise<{ bytes: Buffer; boundary: string }> {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  const response = new Response(data);
  const boundary = boundaryOf(response.headers.get('content-type') ?? '') ?? '';
  return { bytes: Buffer.from(await response.arrayBuffer()), boundary };
}

function findField(bytes: Buffer, boundary: string, wanted: string) {
  const field = parseForm(bytes, boundary).fields.find(({ name }) => name === wanted);
  return field && { ...field, value: bytes.toString('utf8', field.start, field.end) };
}

describe('a form', () => {
  it('of a common client is plain and whole', async () => {
    const { bytes, boundary } = await form({ file: new Blob(['x'], { type: 'audio/wav' }), model: 'é' });
    expect(parseForm(bytes, boundary)).toMatchObject({
      isPlain: true,
      isWhole: true,
      fields: [
        { name: 'file', isFile: true },
        { name: 'model', isFile: false },
      ],
    });
    expect(parseForm(bytes.subarray(0, -8), boundary)).toMatchObject({ isWhole: false });
  });

  const part = (headers: string): string => `--b\r\n${headers}\r\n\r\n1\r\n`;
  const disposition = 'Content-Disposition: form-data; name="x"';
  it.each([
    ['1,001 fields', part(disposition).repeat(1_001)],
    ['1,001 parts without a name', part('').repeat(1_001)],
    ['a long name', part(`Content-Disposition: form-data; name="${'a.'.repeat(4_096)}"`)],
    ['headers that do not end', `--b\r\n${'a'.repeat(9_000)}`],
    ['many lines of headers', part(`${disposition}${'\r\na: b'.repeat(33)}`)],
  ])('of %s is refused', (_, parts) => {
    const refused = { kind: 'invalid', details: { code: 'form_too_large' } };
    expect(() => parseForm(Buffer.from(`${parts}--b--\r\n`), 'b')).toThrow(expect.objectContaining(refused));
  });

  it('may have 1,000 fields', () => {
    const form = parseForm(Buffer.from(`${part(disposition).repeat(1_000)}--b--\r\n`), 'b');
    expect(form.fields).toHaveLength(1_000);
    expect(form).toMatchObject({ isWhole: true });
  });

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

describe('a plain content type of a form', () => {
  it.each([
    ['multipart/form-data; boundary=abc', true],
    ['multipart/form-data; boundary="a b"', true],
    ['multipart/form-data; boundary=a; boundary=b', false],
    ['multipart/form-data; boundary=a, b', false],
    ["multipart/form-data; boundary*=utf-8''a", false],
  ])('%s: %s', (type, expected) => expect(isPlainFormType(type)).toBe(expected));
});
