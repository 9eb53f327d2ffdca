import { type JsonObject, ReplyParser, type TextCall, type TextEvent } from '@dragoman/plugin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toolFormats } from './index.ts';

const schema: JsonObject = {
  type: 'object',
  properties: {
    text: { type: 'string' },
    count: { type: 'integer' },
    share: { type: 'number' },
    isOn: { type: 'boolean' },
    list: { type: 'array' },
    more: { type: 'object' },
    none: { type: ['string', 'null'] },
  },
};
const names = ['get_weather', 'search', 'écrire'];
const tools = new Map(names.map((name) => [name, { name, description: `Does ${name}.`, schema }]));

const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((one) => !one.includes('<'));
const values = fc.record(
  {
    text,
    count: fc.integer(),
    share: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }).map((one) => one + 0),
    isOn: fc.boolean(),
    list: fc.array(fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null))),
    more: fc.dictionary(text, fc.oneof(text, fc.array(text))),
    none: fc.constant(null),
  },
  { requiredKeys: [] },
);
const calls = fc.array(fc.record({ name: fc.constantFrom(...names), arguments: values }), {
  minLength: 1,
  maxLength: 3,
});

function readCalls(events: readonly TextEvent[]) {
  const read: { name: string; id: string; text: string }[] = [];
  for (const event of events) {
    if (event.type === 'call-start') read.push({ name: event.name, id: event.id, text: '' });
    else if (event.type === 'call-arguments') (read.at(-1) ?? { text: '' }).text += event.text;
  }
  return read;
}

describe.each(toolFormats().toolFormats)('$name', (format) => {
  const read = (written: string): readonly TextEvent[] => {
    const parser = new ReplyParser({ format, tools });
    return [...parser.push(written), ...parser.end()];
  };

  it('reads the calls that it writes into the history', () => {
    fc.assert(
      fc.property(calls, (all) => {
        const written = all.map((call, at): TextCall => ({ ...call, id: `call_${at}` }));
        const events = read(format.prompt.calls(written));
        expect(readCalls(events).map(({ name, text: json }) => [name, JSON.parse(json)])).toEqual(
          all.map((call) => [call.name, JSON.parse(JSON.stringify(call.arguments))]),
        );
        expect(events.filter(({ type }) => type === 'content')).toEqual([]);
      }),
    );
  });

  it('tells the model each tool with its schema', () => {
    const prompt = format.prompt.tools([...tools.values()]);
    for (const name of names) expect(prompt).toContain(`"${name}"`);
    expect(prompt).toContain(JSON.stringify(schema));
  });

  it('names the results in the order of their calls', () => {
    const results = ['cold', 'noon'].map((one, at) => ({
      ...{ callId: `call_${at}`, name: 'search', text: one, isError: false },
    }));
    const written = format.prompt.results(results);
    expect(written.indexOf('cold')).toBeGreaterThan(0);
    expect(written.indexOf('noon')).toBeGreaterThan(written.indexOf('cold'));
  });
});

describe('ids', () => {
  const format = (name: string) => toolFormats().toolFormats.find((one) => one.name === name);

  it('of kimi_k2 go back as the model wrote them', () => {
    const { prompt } = format('kimi_k2') ?? {};
    const call = { name: 'search', arguments: {} };
    expect(prompt?.calls([{ ...call, id: 'functions.search:4' }])).toContain('|>functions.search:4<|');
    expect(prompt?.calls([{ ...call, id: 'call_9f3a' }])).toContain('|>functions.search:0<|');
  });

  it('of mistral are nine letters and digits, the same in calls and results', () => {
    const { prompt } = format('mistral') ?? {};
    const written = prompt?.calls([{ id: 'call_of-somebody', name: 'search', arguments: {} }]) ?? '';
    const [, id = ''] = /"id":"([A-Za-z0-9]{9})"/.exec(written) ?? [];
    expect(id).not.toBe('');
    const result = { callId: 'call_of-somebody', name: 'search', text: 'x', isError: false };
    expect(prompt?.results([result])).toContain(`id="${id}"`);
    expect(prompt?.results([{ ...result, callId: 'x1Y2z3W4v' }])).toContain('id="x1Y2z3W4v"');
  });
});
