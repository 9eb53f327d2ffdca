import { defineToolFormat, type ToolTextFormat } from '@dragoman/plugin';
import { toolFormats } from '@dragoman/plugin-tool-formats';
import { expect, it } from 'vitest';
import { checkToolFormat, toolFormatChecks } from '../src/checks.ts';
import type { ToolFormatContract } from '../src/tool-format/contract.ts';

const [qwen25] = toolFormats().toolFormats;

const contractOf = (own: Partial<ToolTextFormat>): ToolFormatContract => ({
  format: defineToolFormat({ ...qwen25, ...own }),
  tools: [
    {
      name: 'get_weather',
      description: 'The weather',
      schema: { type: 'object', properties: { city: { type: 'string' } } },
    },
  ],
  cases: [
    {
      ...{ name: 'text and a call', tools: true },
      text: 'Let me see.\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>',
      expected: {
        content: 'Let me see.',
        tool_calls: [{ name: 'get_weather', arguments: { city: 'Oslo' } }],
        finish_reason: 'tool_calls',
      },
    },
  ],
});

it('finds nothing wrong with a sound format', async () => {
  expect(await checkToolFormat(contractOf({}))).toEqual([]);
});

const readAll: ToolTextFormat['read'] = function* (text, reply) {
  while (yield* text.more()) reply.content(yield* text.piece(/(?!)/g));
};

type Fault = readonly [name: string, rule: string, says: RegExp, own: Partial<ToolTextFormat>];

const FAULTS: readonly Fault[] = [
  ['a name with a space', 'has-a-name', /Qwen 2.5/, { name: 'Qwen 2.5' }],
  [
    'a tool that the prompt leaves out',
    'tells-tools',
    /get_weather/,
    { prompt: { ...qwen25.prompt, tools: () => '' } },
  ],
  ['calls that are not read', 'reads-replies', /tool_calls/, { read: readAll }],
  [
    'calls that are written otherwise',
    'reads-own-calls',
    /The calls in/,
    { prompt: { ...qwen25.prompt, calls: (calls) => JSON.stringify(calls) } },
  ],
  [
    'pieces that are read one by one',
    'survives-any-text',
    /in pieces/,
    {
      *read(text, reply) {
        while (yield* text.more())
          reply.content((yield* text.piece(/(?!)/g)).toUpperCase().replace(/^./, 'x'));
      },
    },
  ],
  [
    'text that is left out',
    'keeps-text',
    /The text/,
    {
      *read(text, reply) {
        while (yield* text.more()) reply.content((yield* text.piece(/(?!)/g)).replaceAll('<', ''));
      },
    },
  ],
  [
    'text that is held until the end',
    'streams',
    /until the end/,
    {
      *read(text, reply) {
        let all = '';
        while (yield* text.more()) all += yield* text.piece(/(?!)/g);
        reply.content(all);
      },
    },
  ],
];

it.each(FAULTS)('finds %s', async (_, rule, says, own) => {
  const problems = await checkToolFormat(contractOf(own), { only: [rule] });
  expect(problems.map(({ message }) => message)).toEqual(
    expect.arrayContaining([expect.stringMatching(says)]),
  );
});

it('has a planted fault for every rule of tool formats', () => {
  const rules = toolFormatChecks(contractOf({})).map(({ rule }) => rule);
  expect(new Set(FAULTS.map(([, rule]) => rule))).toEqual(new Set(rules));
});
