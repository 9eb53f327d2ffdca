import { expect, it } from 'vitest';
import { envelopes } from './envelope.ts';
import { regions } from './regions.ts';
import { ReplyParser, type ReplyParserInput } from './reply-parser.ts';

const format = {
  read: regions({ starts: { '<call>': envelopes({ end: '</call>' }) }, noise: ['<|end|>'] }),
};
const tools = new Map(['f', 'g'].map((name) => [name, { name, schema: {} }]));
const F = '<call>{"name":"f","arguments":{"a":1}}</call>';
const G = '<call>{"name":"g","arguments":{}}</call>';

function read(text: string, input: ReplyParserInput = {}) {
  const parser = new ReplyParser({ format, tools, ...input });
  const events = [...parser.push(text), ...parser.end()];
  const join = (type: string): string =>
    events.map((event) => (event.type === type && 'text' in event ? event.text : '')).join('');
  return {
    content: join('content'),
    names: events.flatMap((event) => (event.type === 'call-start' ? [event.name] : [])),
    arguments: join('call-arguments'),
  };
}

it('tells what it read as soon as it is certain', () => {
  const parser = new ReplyParser({ format, tools });
  expect(parser.push('Look <ca')).toEqual([{ type: 'content', text: 'Look' }]);
  expect(parser.push('ke> <call>{"name":"f","arg')).toEqual([{ type: 'content', text: ' <cake>' }]);
  expect(parser.push('uments":{"a')).toMatchObject([
    { type: 'call-start', name: 'f', id: expect.stringMatching(/^call_[A-Za-z0-9]{24}$/) },
    { type: 'call-arguments', text: '{"a' },
  ]);
  expect(parser.push('":1}')).toEqual([{ type: 'call-arguments', text: '":1}' }, { type: 'call-end' }]);
  expect(parser.push('}</call>')).toEqual([]);
  expect(parser.end()).toEqual([]);
  expect(parser.calls).toBe(1);
});

it('rejects calls of other tools when the client named one', () => {
  expect(read(`${F} ${G}`, { only: 'g' })).toEqual({ content: F, names: ['g'], arguments: '{}' });
});

it('lets the first call pass if there may be only one, and drops the others', () => {
  expect(read(`Now: ${F}\n${G} done`, { isSingle: true })).toEqual({
    ...{ content: 'Now: done', names: ['f'], arguments: '{"a":1}' },
  });
});

it('reads no call without tools, and leaves the tokens of the template in the text', () => {
  const text = ` ${F}<|end|> `;
  expect(read(text, { tools: new Map() })).toEqual({ content: text, names: [], arguments: '' });
  expect(read('Bye<|end|>').content).toBe('Bye');
});

it('rejects a region that is too long, and reads the next one', () => {
  const long = `<call>{"arguments":{"a":"${'x'.repeat(100)}"},"name":"f"}</call>`;
  const { content, names } = read(`${long} ${G}`, { maxRegion: 80 });
  expect({ content, names }).toEqual({ content: long, names: ['g'] });
});

it('reads an end marker that came late once', () => {
  const open = '<call>{"name":"f","arguments":{}}';
  expect(read(`${open} and </call> more </call>`).content).toBe('and  more </call>');
});

it('escapes raw control characters in strings, and nothing else', () => {
  const text = '<call>{"name":"f","arguments":{"a":"x\n\ty","b": 1e400 }}</call>';
  expect(read(text).arguments).toBe(String.raw`{"a":"x\n\ty","b": 1e400 }`);
});

it('decodes arguments that were written as a string', () => {
  const written = JSON.stringify('{"a":"x\ny"}');
  expect(read(`<call>{"arguments":${written},"name":"f"}`).arguments).toBe(String.raw`{"a":"x\ny"}`);
  expect(read('<call>{"name":"f","arguments":""}</call>').arguments).toBe('{}');
  expect(read('<call>{"name":"f","arguments":"[1]"}</call>').names).toEqual([]);
});

it('gives up on regions in a text that is made to be read again and again', () => {
  const text = '<call>{"x":"'.repeat(2_000);
  const { content, names } = read(text + F, { maxRegion: 1_000 });
  expect(names).toEqual([]);
  expect(content).toBe(text + F);
});

it('joins halves of a character that arrive apart', () => {
  const parser = new ReplyParser({ format, tools });
  expect(parser.push('a\ud83d')).toEqual([{ type: 'content', text: 'a' }]);
  expect(parser.push('\ude80')).toEqual([{ type: 'content', text: '\ud83d\ude80' }]);
  expect(parser.push('\ud83d')).toEqual([]);
  expect(parser.end()).toEqual([{ type: 'content', text: '\ud83d' }]);
});
