import { type JsonObject, ReplyParser } from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { findCalls } from './find-calls.ts';
import { parseLoose } from './loose-json.ts';
import { synthetic } from './synthetic.ts';

const schema: JsonObject = {
  type: 'object',
  properties: {
    city: { type: 'string', title: 'City', description: 'x'.repeat(500) },
    title: { type: 'string' },
  },
  required: ['city'],
};
const tools = new Map(['get_weather', 'Search'].map((name) => [name, { name, schema }]));

function read(text: string) {
  const parser = new ReplyParser({ format: synthetic, tools });
  const events = [...parser.push(text), ...parser.end()];
  return {
    content: events.map((event) => (event.type === 'content' ? event.text : '')).join(''),
    calls: events.flatMap((event) => (event.type === 'call-start' ? [event.name] : [])),
    json: events.flatMap((event) => (event.type === 'call-arguments' ? [event.text] : [])),
  };
}

describe('parseLoose', () => {
  it.each([
    ['a raw line break in a string', '{"a":"x\ny"}', { a: 'x\ny' }],
    ['a comma at the end', '{"a":[1,2, ],}', { a: [1, 2] }],
    ['a comma in a string', '{"a":"1,]",}', { a: '1,]' }],
    ['Python', "{'a': True, 'b': None, 'c': (1, 2)}", { a: true, b: null, c: [1, 2] }],
    ['Python with a line break', "{'a': 'it\\'s\n'}", { a: "it's\n" }],
  ])('repairs %s', (_, text, value) => {
    expect(parseLoose(text)).toEqual(value);
  });

  it.each(['{"a":"he said "hi""}', '{"a":1', '{a: 1}', "{'a': f()}", '{"a":1} {"b":2}', '{"a":NaN}'])(
    'leaves %s as it is',
    (text) => {
      expect(parseLoose(text)).toBeUndefined();
    },
  );
});

describe('findCalls', () => {
  const names = ['get_weather', 'Search'];
  const one = (call: JsonObject) => findCalls(call, names)?.[0]?.name;

  it('knows names with a prefix or other capitals, if only one fits', () => {
    expect(one({ name: 'functions.get_weather' })).toBe('get_weather');
    expect(one({ tool: 'tool:SEARCH' })).toBe('Search');
    expect(one({ name: 'weather' })).toBeUndefined();
    expect(findCalls({ name: 'SEARCH' }, ['Search', 'search'])).toBeUndefined();
  });

  it('takes all calls of a value, or none', () => {
    expect(findCalls([{ name: 'Search' }, { name: 'get_weather', input: { city: 'Oslo' } }], names)).toEqual([
      { name: 'Search', arguments: {} },
      { name: 'get_weather', arguments: { city: 'Oslo' } },
    ]);
    expect(findCalls([{ name: 'Search' }, { name: 'launch' }], names)).toBeUndefined();
    expect(findCalls([], names)).toBeUndefined();
    expect(one({ name: 'Search', arguments: [1] })).toBeUndefined();
    expect(one({ name: 'Search', arguments: 'no' })).toBeUndefined();
  });

  it('takes no example for a call', () => {
    expect(one({ name: 'get_weather', arguments: { city: '<city>' } })).toBeUndefined();
  });
});

describe('synthetic', () => {
  it('keeps the whitespace after a block that was not closed', () => {
    expect(read('Now. <tool_call>{"name":"Search"}\nDone')).toEqual({
      ...{ content: 'Now.\nDone', calls: ['Search'], json: ['{}'] },
    });
  });

  it('reads apostrophes in texts', () => {
    expect(read(`{'name': 'Search', 'arguments': {'q': "it's"}}`).json).toEqual([`{"q":"it's"}`]);
  });

  it('explains the form by an example with the first tool', () => {
    const prompt = synthetic.prompt.tools([...tools.values()]);
    expect(prompt).toContain(
      '<tool_call>\n{"name":"get_weather","arguments":{"city":"<city>"}}\n</tool_call>',
    );
    expect(read(prompt).calls).toEqual([]);
  });

  it('shortens a long list of tools, but not what an argument is called', () => {
    const many = Array.from({ length: 100 }, (_, at) => ({ name: `tool_${at}`, schema }));
    const prompt = synthetic.prompt.tools(many);
    expect(prompt).toContain('"title":{"type":"string"}');
    expect(prompt).not.toContain('"City"');
    expect(prompt).not.toContain('x'.repeat(201));
    expect(synthetic.prompt.tools(many.slice(0, 1))).toContain('"City"');
  });
});
