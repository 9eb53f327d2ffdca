import {
  attempt,
  defineToolFormat,
  type Reading,
  type RegionEnd,
  type ReplyWriter,
  scanJson,
  type TextReader,
} from '@dragoman/plugin';
import { namedResults, RESULT_TAGS } from './prompt/named-results.ts';
import { toolLines } from './prompt/tool-lines.ts';

const [START, CHANNEL, CONSTRAIN, MESSAGE] = ['<|start|>', '<|channel|>', '<|constrain|>', '<|message|>'];
const ENDS = ['<|end|>', '<|call|>', '<|return|>'];
const TOKENS = [START, CHANNEL, MESSAGE, ...ENDS];
const TOKEN = /</g;
/** Recipients that are no tools. */
const ROLES = new Set(['assistant', 'user', 'system']);

/** What a header says. */
interface Header {
  readonly channel: string;
  /** The tool that is called. */
  readonly tool: string | undefined;
}

/** Reads messages in frames: `<|channel|>analysis<|message|>…<|end|>`. Text without a frame is content. */
class HarmonyReader {
  readonly #text: TextReader;
  readonly #reply: ReplyWriter;
  #hasContent = false;
  #hasReasoning = false;

  constructor(text: TextReader, reply: ReplyWriter) {
    this.#text = text;
    this.#reply = reply;
  }

  *read(): Reading {
    const text = this.#text;
    for (;;) {
      this.#reply.content(yield* text.piece(TOKEN));
      const token = yield* text.find(TOKENS);
      if (token === undefined) {
        const char = yield* text.next();
        if (char === '') return;
        this.#reply.content(char);
      } else if (ENDS.includes(token)) text.skip(token.length);
      else yield* this.#readMessage(token);
    }
  }

  /** A header never is text, unless it is longer than what may be held. */
  *#readMessage(token: string): Reading {
    const text = this.#text;
    let header: string | undefined;
    const read = function* (): Reading<RegionEnd> {
      header = yield* readHeader(text);
      return {};
    };
    if (!(yield* attempt(text, read))) {
      text.skip(token.length);
      this.#reply.content(token);
    } else if (header !== undefined) yield* this.#readBody(parseHeader(header));
  }

  #readBody({ channel, tool }: Header): Reading {
    if (tool !== undefined && this.#reply.isActive && this.#reply.allows(tool)) return this.#readCall(tool);
    return channel === 'analysis' && tool === undefined ? this.#readThought() : this.#readContent();
  }

  /** Whatever is not JSON passes as it is. */
  *#readCall(tool: string): Reading {
    const [text, reply] = [this.#text, this.#reply];
    yield* text.spaces();
    const first = yield* text.peek();
    if (first === '') return;
    const end = yield* text.find([START, ...ENDS]);
    reply.commit(tool);
    if (end !== undefined) reply.arguments('{}');
    else if (first === '{') yield* scanJson(text, (piece) => reply.arguments(piece));
    else yield* this.#passBody((piece) => reply.arguments(piece));
    reply.endCall();
    yield* this.#passBody(() => {});
  }

  *#readThought(): Reading {
    this.#reply.beginReasoning();
    const before = this.#hasReasoning ? '\n\n' : '';
    yield* this.#passBody((piece) => {
      this.#hasReasoning = true;
      this.#reply.reasoning(piece);
    }, before);
    this.#reply.endReasoning();
  }

  *#readContent(): Reading {
    const before = this.#hasContent ? '\n\n' : '';
    yield* this.#passBody((piece) => {
      this.#hasContent = true;
      this.#reply.content(piece);
    }, before);
  }

  /** Reads up to the end of the message, which stays. `before` precedes its first character. */
  *#passBody(onPiece: (piece: string) => void, before: string = ''): Reading {
    const text = this.#text;
    let lead = before;
    const say = (piece: string): void => {
      if (piece === '') return;
      onPiece(lead + piece);
      lead = '';
    };
    for (;;) {
      say(yield* text.piece(TOKEN));
      if ((yield* text.find([START, ...ENDS])) !== undefined) return;
      const char = yield* text.next();
      if (char === '') return;
      say(char);
    }
  }
}

/** Everything up to the message. `undefined`: the text, or the frame, ended before. */
function* readHeader(text: TextReader): Reading<string | undefined> {
  let header = '';
  for (;;) {
    header += yield* text.piece(TOKEN);
    const token = yield* text.find([MESSAGE, ...ENDS]);
    if (token !== undefined) {
      text.skip(token.length);
      return token === MESSAGE ? header : undefined;
    }
    const char = yield* text.next();
    if (char === '') return undefined;
    header += char;
  }
}

function parseHeader(header: string): Header {
  const [, channel = ''] = /<\|channel\|>\s*([^\s<]*)/.exec(header) ?? [];
  const [, recipient = ''] = /(?:^|[\s>])to=([^\s<]+)/.exec(header) ?? [];
  const tool = recipient.replace(/^functions\./, '');
  return { channel, tool: tool === '' || ROLES.has(tool) ? undefined : tool };
}

/** gpt-oss: everything is a message with a channel, and a call is one with a recipient. */
export const harmony = defineToolFormat({
  name: 'harmony',
  read: (text, reply) => new HarmonyReader(text, reply).read(),
  reasoning: 'own',
  prompt: {
    tools: (tools) =>
      [
        '# Tools',
        '',
        '## functions',
        '',
        ...toolLines(tools),
        '',
        `Call them in the commentary channel: ${write('<function-name>', '<args-json-object>')}`,
      ].join('\n'),
    calls: (calls) =>
      calls.map(({ name, arguments: values }) => write(name, JSON.stringify(values))).join(''),
    ...namedResults,
    escapes: [...TOKENS, CONSTRAIN, ...RESULT_TAGS],
  },
});

function write(name: string, json: string): string {
  return `${CHANNEL}commentary to=functions.${name} ${CONSTRAIN}json${MESSAGE}${json}<|call|>`;
}
