import {
  ArgumentWriter,
  defineToolFormat,
  type Reading,
  readTaggedValue,
  readToolName,
  regions,
  reject,
  type TextReader,
} from '@dragoman/plugin';
import { argumentTexts, type ArgumentTexts } from './prompt/argument-texts.ts';
import { callTags } from './prompt/call-tags.ts';
import { toolLines } from './prompt/tool-lines.ts';

const [START, END] = ['<tool_call>', '</tool_call>'];
const [KEY, KEY_END] = ['<arg_key>', '</arg_key>'];
const [VALUE, VALUE_END] = ['<arg_value>', '</arg_value>'];

/** GLM 4.5 to 4.7: the name, then keys and values in turn. */
export const glm45 = defineToolFormat({
  name: 'glm45',
  read: regions({
    starts: {
      *[START](text, reply) {
        yield* text.spaces();
        const name = (yield* readToolName(text)) ?? reject();
        yield* text.spaces();
        if ((yield* text.find([KEY, END])) === undefined) reject();
        reply.check(name);
        yield* readArguments(text, new ArgumentWriter(reply, { name, unknown: 'json' }));
        return {};
      },
    },
    noise: ['<|endoftext|>', '<|user|>', '<|observation|>'],
  }),
  prompt: {
    ...callTags,
    tools: (tools) =>
      [
        '# Tools',
        '',
        'You may call functions to help with the request. These are their signatures:',
        '<tools>',
        ...toolLines(tools),
        '</tools>',
        '',
        'Write each function call as its name and arguments in this form:',
        write('{function-name}', [['{argument-name}', '{argument-value}']]),
      ].join('\n'),
    calls: (calls) =>
      calls.map(({ name, arguments: values }) => write(name, argumentTexts(values))).join('\n'),
  },
});

function write(name: string, values: ArgumentTexts): string {
  const lines = values.map(([key, text]) => `${KEY}${key}${KEY_END}\n${VALUE}${text}${VALUE_END}\n`);
  return `${START}${name}\n${lines.join('')}${END}`;
}

/** Text between the arguments is dropped. Without the end of the call, its JSON stays open. */
function* readArguments(text: TextReader, writer: ArgumentWriter): Reading {
  for (;;) {
    yield* text.piece(/</g);
    const tag = yield* text.find([KEY, END]);
    if (tag === undefined) {
      if ((yield* text.next()) === '') return;
      continue;
    }
    text.skip(tag.length);
    if (tag === END) {
      writer.end();
      return;
    }
    const key = yield* readKey(text);
    if (key === undefined) return;
    writer.open(key);
    const end = yield* readTaggedValue(text, {
      closers: { [VALUE_END]: [KEY, END] },
      onPiece: (piece) => writer.push(piece),
    });
    if (end === undefined) return;
    writer.close();
  }
}

/** The key and all tags before its value: models repeat some, and leave others out. `undefined`: the text ended. */
function* readKey(text: TextReader): Reading<string | undefined> {
  let key = '';
  for (let isOver = false; ;) {
    const piece = isOver ? '' : yield* text.piece(/</g);
    key += piece;
    if (isOver) yield* text.spaces();
    const tag = yield* text.find([KEY, KEY_END, VALUE]);
    if (tag === undefined) {
      if (isOver) return (yield* text.more()) ? key.trim() : undefined;
      const char = yield* text.next();
      if (char === '') return undefined;
      key += char;
      continue;
    }
    text.skip(tag.length);
    if (tag === VALUE) return key.trim();
    if (tag === KEY_END) isOver = true;
  }
}
