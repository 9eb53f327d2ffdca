import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growth, SUPERLINEAR } from '../../../../tests/support/cpu-time.ts';
import { encodeSse, readSse, type SseEvent } from './sse.ts';

type Chunk = Uint8Array | string;

async function* stream(chunks: Iterable<Chunk>): AsyncGenerator<Chunk> {
  yield* chunks;
}

async function read(chunks: Iterable<Chunk>, maxEventBytes?: number): Promise<SseEvent[]> {
  const options = maxEventBytes === undefined ? {} : { maxEventBytes };
  const events: SseEvent[] = [];
  for await (const event of readSse(stream(chunks), options)) events.push(event);
  return events;
}

/** Cuts bytes into pieces whose sizes repeat in turn. */
function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let start = 0;
  for (let turn = 0; start < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

describe('readSse', () => {
  it('reads the name and the data of an event', async () => {
    expect(await read(['event: ping\ndata: {"a":1}\n\ndata:x\n\n'])).toEqual([
      { event: 'ping', data: '{"a":1}' },
      { data: 'x' },
    ]);
  });

  it('takes only one space off a value', async () => {
    expect(await read(['data:  two\n\n'])).toEqual([{ data: ' two' }]);
  });

  it('joins several data lines with line feeds, empty ones too', async () => {
    expect(await read(['data: a\ndata\ndata:\ndata: b\n\n'])).toEqual([{ data: 'a\n\n\nb' }]);
  });

  it('ignores comments, other fields and events without data', async () => {
    expect(await read([': hello\n\nid: 1\nretry: 5\nevent: lonely\n\ndatabase: x\ndata: y\n\n'])).toEqual([
      { data: 'y' },
    ]);
  });

  it('does not carry the name of one event over to the next', async () => {
    expect(await read(['event: a\n\ndata: b\n\n'])).toEqual([{ data: 'b' }]);
  });

  it.each(['data: last', 'data: last\n', 'data: last\r', 'data: last\r\n'])(
    'counts the last event of %j although its blank line is missing',
    async (text) => {
      expect(await read([text])).toEqual([{ data: 'last' }]);
    },
  );

  it('sees one line end where CR ends a chunk and LF begins the next', async () => {
    expect(await read(['data: a\r', '\ndata: b\r', '\n', '\r', '\ndata: c\n\n'])).toEqual([
      { data: 'a\nb' },
      { data: 'c' },
    ]);
  });

  it('sees two line ends where LF follows CR LF', async () => {
    expect(await read(['data: a\r', '', '\n', '\ndata: b\n\n'])).toEqual([{ data: 'a' }, { data: 'b' }]);
  });

  it('skips a byte order mark, even one that comes byte by byte', async () => {
    expect(await read(cut(Buffer.from('\uFEFFdata: a\n\n'), [1]))).toEqual([{ data: 'a' }]);
  });

  it('gives nothing for an empty stream', async () => {
    expect(await read([])).toEqual([]);
    expect(await read([new Uint8Array()])).toEqual([]);
  });

  const field = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !/[\r\n\uFEFF]/.test(text));
  const anyEvent = fc.record({
    name: fc.option(fc.constantFrom('message_start', 'ping', 'é'), { nil: undefined }),
    lines: fc.array(field, { minLength: 1, maxLength: 3 }),
  });

  it.each([['\n'], ['\r\n'], ['\r']])(
    'reads the same events wherever the bytes are cut, with %j',
    async (eol) => {
      const sizes = fc.oneof(
        fc.constantFrom([1], [7], [Number.MAX_SAFE_INTEGER]),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(anyEvent), sizes, fc.boolean(), async (events, lengths, isMarked) => {
          const text = events
            .map(({ name, lines }) => {
              const fields = lines.map((line) => `data: ${line}${eol}`).join('');
              return `: note${eol}${name === undefined ? '' : `event: ${name}${eol}`}${fields}${eol}`;
            })
            .join('');
          const bytes = Buffer.from((isMarked ? '\uFEFF' : '') + text);
          const expected = events.map(({ name, lines }) => ({
            ...(name !== undefined && { event: name }),
            data: lines.join('\n'),
          }));
          expect(await read(cut(bytes, lengths))).toEqual(expected);
        }),
      );
    },
  );

  it.each([
    ['one endless line', Array<string>(20).fill('data: xxxxxxxxx')],
    ['endless lines', ['data: xxxxxxxxx\n'.repeat(20)]],
    ['a line that never ends and is no data', Array<string>(20).fill(': xxxxxxxxx')],
  ])('refuses to buffer %s', async (_, chunks) => {
    await expect(read(chunks, 100)).rejects.toMatchObject({
      kind: 'upstream-broken',
      message: 'The upstream sent an event of more than 100 bytes.',
    });
  });

  it('bounds each event, not the stream', async () => {
    expect(await read([`data: ${'x'.repeat(90)}\n\n`.repeat(50)], 100)).toHaveLength(50);
  });

  it('takes time in proportion to the bytes, even when an event comes in many tiny chunks', async () => {
    const ratio = await growth(200_000, (size) => {
      const chunks = [...cut(Buffer.from(`data: ${'x'.repeat(size)}\n\n`), [4])];
      return () => read(chunks);
    });
    expect(ratio).toBeLessThan(SUPERLINEAR);
  });

  it('lets go of the bytes when its reader stops', async () => {
    let isClosed = false;
    async function* endless(): AsyncGenerator<string> {
      try {
        for (;;) yield 'data: a\n\n';
      } finally {
        isClosed = true;
      }
    }
    for await (const event of readSse(endless())) {
      expect(event).toEqual({ data: 'a' });
      break;
    }
    expect(isClosed).toBe(true);
  });
});

describe('encodeSse', () => {
  it('writes the name before the data', () => {
    expect(encodeSse('{"a":1}', 'ping')).toBe('event: ping\ndata: {"a":1}\n\n');
    expect(encodeSse('[DONE]')).toBe('data: [DONE]\n\n');
  });

  it('gives every line of the data a field of its own', () => {
    expect(encodeSse('a\nb\r\nc\rd')).toBe('data: a\ndata: b\ndata: c\ndata: d\n\n');
  });

  it('writes what readSse reads', async () => {
    const line = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\r'));
    await fc.assert(
      fc.asyncProperty(line, fc.constantFrom(undefined, 'error'), async (data, event) => {
        const expected = event === undefined ? { data } : { event, data };
        expect(await read([encodeSse(data, event)])).toEqual([expected]);
      }),
    );
  });
});
