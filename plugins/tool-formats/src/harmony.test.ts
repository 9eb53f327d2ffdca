import { ReplyParser, type ReplyParserInput } from '@dragoman/plugin';
import { expect, it } from 'vitest';
import { harmony } from './harmony.ts';

const tools = new Map(['f', 'g'].map((name) => [name, { name, schema: {} }]));
const final = (text: string): string => `<|start|>assistant<|channel|>final<|message|>${text}<|end|>`;
const call = (to: string, text: string): string =>
  `<|channel|>commentary to=${to} <|constrain|>json<|message|>${text}<|call|>`;

function read(text: string, input: ReplyParserInput = {}) {
  const parser = new ReplyParser({ format: harmony, tools, ...input });
  const events = [...parser.push(text), ...parser.end()];
  const join = (type: string): string =>
    events.map((event) => (event.type === type && 'text' in event ? event.text : '')).join('');
  return {
    content: join('content'),
    reasoning: join('reasoning'),
    calls: events.flatMap((event) => (event.type === 'call-start' ? [event.name] : [])),
    json: join('call-arguments'),
  };
}

it('joins messages of a kind by a blank line', () => {
  const thought = (text: string): string => `<|channel|>analysis<|message|>${text}<|end|><|start|>assistant`;
  const { content, reasoning } = read(
    `${thought('One.')}${thought('Two.')}${final('A')}${final('')}${final('B')}`,
  );
  expect({ content, reasoning }).toEqual({ content: 'A\n\nB', reasoning: 'One.\n\nTwo.' });
});

it('keeps the names of tools that the model was trained with', () => {
  expect(read(call('browser.search', '{"q":1}')).calls).toEqual(['browser.search']);
});

it('passes arguments that are no JSON as they are', () => {
  expect(read(call('f', 'print(1)'))).toMatchObject({ calls: ['f'], json: 'print(1)' });
});

it('tells no header, and no call without arguments, of a text that breaks off', () => {
  expect(read(`${final('A')}<|start|>assistant<|chan`)).toMatchObject({ content: 'A', calls: [] });
  expect(read('<|channel|>commentary to=f<|message|>').calls).toEqual([]);
});

it('gives messages to tools as text if the client allows no such call', () => {
  expect(read(call('f', '{}'), { tools: new Map() })).toMatchObject({ content: '{}', calls: [] });
  expect(read(call('functions.f', '{}') + call('functions.g', '{}'), { only: 'g' })).toMatchObject({
    ...{ content: '{}', calls: ['g'] },
  });
});
