import {
  defineToolFormat,
  type Reading,
  type Region,
  regions,
  reject,
  type ReplyWriter,
  type TextReader,
  type TextTool,
} from '@dragoman/plugin';
import { callTags } from '../prompt/call-tags.ts';
import { namedResults, RESULT_TAGS } from '../prompt/named-results.ts';
import { compactTools } from './compact-schema.ts';
import { exampleOf, findCalls, type WrittenCall } from './find-calls.ts';
import { parseLoose } from './loose-json.ts';
import { readValue } from './read-value.ts';

const [START, END] = ['<tool_call>', '</tool_call>'];
const FENCE = '```';
const INFOS = new Set(['', 'json', 'json action', 'tool_call', 'tool_calls', 'tool', 'action']);
const MAX_INFO = 24;

interface ReadCalls {
  readonly calls: readonly WrittenCall[];
  /** The whitespace after them. */
  readonly space: string;
}

/** Reads values, with separators between them, as long as one is next. All must be calls. */
function* readCalls(text: TextReader, reply: ReplyWriter): Reading<ReadCalls> {
  const calls: WrittenCall[] = [];
  let space = '';
  for (;;) {
    space = '';
    yield* text.spaces((piece) => (space += piece));
    const first = yield* text.peek();
    if (calls.length > 0 && (first === ',' || first === ';')) {
      text.skip(1);
      continue;
    }
    if (first !== '{' && first !== '[') break;
    const found = findCalls(parseLoose(yield* readValue(text)), [...reply.toolNames()]);
    calls.push(...(found ?? reject()));
  }
  if (calls.length === 0) reject();
  for (const { name } of calls) reply.check(name);
  return { calls, space };
}

function tell({ calls, space }: ReadCalls, reply: ReplyWriter): void {
  for (const { name, arguments: values } of calls) reply.call(name, JSON.stringify(values));
  reply.content(space);
}

const tagged: Region = function* (text, reply) {
  const read = yield* readCalls(text, reply);
  const isWhole = yield* text.takes(END);
  tell(isWhole ? { ...read, space: '' } : read, reply);
  return isWhole ? {} : { owes: [END] };
};

const fenced: Region = function* (text, reply) {
  const info = yield* text.until(/\n/g, MAX_INFO);
  if (!(yield* text.takes('\n')) || !INFOS.has(info.trim().toLowerCase())) reject();
  const read = yield* readCalls(text, reply);
  if (!(yield* text.takes(FENCE)) && (yield* text.more())) reject();
  tell({ ...read, space: '' }, reply);
  return {};
};

const bare: Region = function* (text, reply) {
  tell(yield* readCalls(text, reply), reply);
  return {};
};

/** For chat models that know no tools: the form is explained, and read with the faults that such models make. */
export const synthetic = defineToolFormat({
  name: 'synthetic',
  read: regions({ starts: { [START]: tagged, [FENCE]: fenced }, bare: { opens: '{[', region: bare } }),
  retries: 2,
  prompt: {
    ...callTags,
    ...namedResults,
    tools: describe,
    escapes: [START, END, ...RESULT_TAGS],
    escapesUserText: true,
    stop: ['<tool_response>'],
  },
});

function describe(tools: readonly TextTool[]): string {
  const [first] = tools;
  const example = first && { name: first.name, arguments: exampleOf(first.schema) };
  return [
    '# Tools',
    '',
    'You can ask for tools. They run outside of this conversation: you only write the request, and get the result in the next message.',
    'These are the tools, each with the JSON Schema of its arguments:',
    '',
    ...compactTools(tools).map(({ name, description, schema }) =>
      JSON.stringify({ name, description, parameters: schema }),
    ),
    '',
    'To call a tool, write exactly this, with its name and your arguments:',
    '',
    START,
    JSON.stringify(example),
    END,
    '',
    'Rules:',
    '- Write at most one short sentence before the calls, and nothing after the last one.',
    '- Never write the result of a tool yourself.',
    '- The arguments must match the schema. Use only the tools of this list, by their exact names.',
    '- If you need no tool, answer as usual.',
  ].join('\n');
}
