import {
  attempt,
  defineToolFormat,
  type JsonValue,
  type Reading,
  type Region,
  type RegionEnd,
  regions,
  reject,
  type TextReader,
} from '@dragoman/plugin';
import { namedResults, RESULT_TAGS } from './prompt/named-results.ts';
import { toolLines } from './prompt/tool-lines.ts';
import { readLiteral } from './python-literals.ts';
import { type Place, takesEnd } from './series.ts';

const [START, END] = ['<|python_start|>', '<|python_end|>'];
const NAME_END = /[^\p{L}\p{N}_.-]/gu;
const KEY_END = /[^\p{L}\p{N}_]/gu;
const MAX_NAME = 128;

/** A list of calls. Each is told when it is whole: what follows may still show that it is none. */
function list({ isBare }: { readonly isBare: boolean }): Region {
  return function* (text, reply) {
    yield* text.spaces();
    if (!(yield* text.takes('['))) reject();
    yield* text.spaces();
    const list = { isOver: yield* readCall({ text, reply }, isBare) };
    while (!list.isOver) {
      yield* text.spaces();
      if (yield* text.takes(']')) break;
      const read = function* (): Reading<RegionEnd> {
        list.isOver = yield* readCall({ text, reply }, isBare);
        return {};
      };
      if (!(yield* attempt(text, read))) return isBare ? {} : { owes: [END] };
    }
    if (isBare) return {};
    return (yield* takesEnd({ text, reply }, END)) ? {} : { owes: [END] };
  };
}

/** Reads a call and what separates it from the next. Whether it is the last one. */
function* readCall({ text, reply }: Place, mustBeKnown: boolean): Reading<boolean> {
  const name = yield* text.until(NAME_END, MAX_NAME);
  if (name === '' || name.length > MAX_NAME) reject();
  yield* text.spaces();
  if (!(yield* text.takes('('))) reject();
  reply.check(name, { mustBeKnown });
  const json = yield* readArguments(text);
  yield* text.spaces();
  const next = yield* text.next();
  if (next !== ',' && next !== ']') reject();
  reply.call(name, json);
  return next === ']';
}

function* readArguments(text: TextReader): Reading<string> {
  const members: string[] = [];
  let hasComma = true;
  for (;;) {
    yield* text.spaces();
    if (yield* text.takes(')')) return `{${members.join(',')}}`;
    const key = yield* text.until(KEY_END, MAX_NAME);
    if (key === '' || !hasComma) reject();
    yield* text.spaces();
    if (!(yield* text.takes('='))) reject();
    yield* text.spaces();
    members.push(`${JSON.stringify(key)}:${yield* readLiteral(text)}`);
    yield* text.spaces();
    hasComma = yield* text.takes(',');
  }
}

/** Llama 3.2, Llama 4 and ToolACE: a Python list of function calls. */
export const pythonic = defineToolFormat({
  name: 'pythonic',
  read: regions({
    starts: { [START]: list({ isBare: false }) },
    noise: ['<|eot|>', '<|eom|>', '<|eot_id|>'],
    bare: { opens: '[', region: list({ isBare: true }) },
  }),
  prompt: {
    tools: (tools) =>
      [
        'You have these functions:',
        '',
        ...toolLines(tools),
        '',
        'To call some, answer with a Python list of calls and nothing else: [first(name="value"), second()].',
      ].join('\n'),
    calls: (calls) =>
      `[${calls.map(({ name, arguments: values }) => `${name}(${keywords(values)})`).join(', ')}]`,
    ...namedResults,
    escapes: [START, END, ...RESULT_TAGS],
  },
});

function keywords(values: Readonly<Record<string, JsonValue | undefined>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}=${pythonOf(value)}`)
    .join(', ');
}

function pythonOf(value: JsonValue | undefined): string {
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => pythonOf(item)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${pythonOf(item)}`);
    return `{${members.join(', ')}}`;
  }
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return value === null || value === undefined ? 'None' : JSON.stringify(value);
}
