import { durationMs, GatewayError } from '@dragoman/plugin';
import { anthropicCodec } from '@dragoman/plugin-anthropic';
import { geminiCodec } from '@dragoman/plugin-gemini';
import { openaiChatCodec } from '@dragoman/plugin-openai';
import { describe, expect, it } from 'vitest';
import { describeUpstream } from '../../packages/plugin/src/http-provider/upstream-error.ts';
import { matchesPattern } from '../../packages/plugin/src/text/pattern.ts';
import { matchPattern } from '../../core/src/catalogue/alias-patterns.ts';
import { redactUrl } from '../../core/src/trace/worker/redact.ts';
import { boundaryOf, isPlainFormType, parseForm } from '../../core/src/transport/multipart/multipart.ts';
import { findPlaced, placesOf } from '../../packages/plugin/src/transport/json/json-places.ts';
import { isSafePath } from '../../core/src/transport/safe-path.ts';
import { modelFieldsOf } from '../../core/src/catalogue/model-names.ts';
import { SseParser } from '../../packages/plugin/src/transport/sse.ts';
import { countTokens, splitTokens } from '../../plugins/echo/src/tokens.ts';
import { openaiResponsesCodec } from '../../plugins/openai/src/responses/codec.ts';
import { parseDataUrl } from '../../plugins/openai/src/common/values.ts';
import { growth, SUPERLINEAR } from '../support/cpu-time.ts';

/** What reads texts of clients and upstreams by regular expressions, or looks for something in them. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'the end of a chat': (text) => openaiChatCodec.readEnd?.('openai-chat', text),
  'the end of a response': (text) => openaiResponsesCodec.readEnd?.('openai-responses', text),
  'the end of a message': (text) => anthropicCodec.readEnd?.('anthropic', text),
  'the end of a generation': (text) => geminiCodec.readEnd?.('gemini', text),
  'an error of an upstream': (text) =>
    describeUpstream(new GatewayError('internal', text), {
      status: 500,
      headers: {},
      sent: { authorization: `Bearer ${text}` },
    }),
  'a duration': (text) => durationMs(text),
  'a data URL': (text) => parseDataUrl(`data:${text}`),
  'the boundary of a form': (text) => boundaryOf(`multipart/form-data;${text}`),
  'the fields of a form': (text) => parseForm(Buffer.from(`--x${text}`), 'x'),
  'the headers of a part': (text) =>
    parseForm(Buffer.from(`--x\r\nContent-Disposition: form-data; ${text}\r\n\r\n--x--`), 'x'),
  'a plain type of a form': (text) => isPlainFormType(`multipart/form-data;${text}`),
  'a path': (text) => isSafePath(text),
  'places in JSON': (text) =>
    findPlaced(
      Buffer.from(`{"a":${JSON.stringify(text)},${JSON.stringify(text)}:[1]}`),
      placesOf(['a', 'b[]']),
    ),
  'the names of a query': (text) => modelFieldsOf(text),
  'an event stream': (text) => new SseParser().push(text),
  'the tokens of an echo': (text) => [splitTokens(text), countTokens(text)],
  'a model name against a pattern': (text) => matchesPattern('*-*a*-*-latest', text),
  'a model name against an expression': (text) =>
    matchPattern([{ name: '/^(.+)-(.+)-latest$/' } as never], text),
  'the URL of a trace': (text) => redactUrl(`https://${text}`),
};

const repeated = (piece: string) => (n: number) => piece.repeat(Math.ceil(n / piece.length));

/** Texts that make the square, or worse, of what is written without care. */
const TEXTS: Readonly<Record<string, (n: number) => string>> = {
  spaces: repeated(' '),
  'spaces and an end': (n) => `${' '.repeat(n)}x`,
  'empty lines': repeated('\n'),
  'lines of spaces': repeated(' \n'),
  letters: repeated('a'),
  digits: repeated('1'),
  dashes: repeated('-'),
  quotes: repeated('"'),
  braces: repeated('{'),
  'pairs of braces': repeated('{}'),
  semicolons: repeated(';a'),
  'beginnings of data': repeated('data:'),
  'beginnings of usage': repeated('"usage": {'),
  'beginnings of an error': repeated('data: {"error": '),
  'beginnings of a type': repeated('data: {"type" '),
  'delimiters of a form': repeated('--x\r\n'),
};

describe.each(Object.entries(READERS))('reading %s', (_, read) => {
  it.each(Object.entries(TEXTS))('takes time that grows with the text: %s', async (__, textOf) => {
    const quietly = (text: string): void => {
      try {
        read(text);
      } catch {
        // Whether it can be read is tested elsewhere.
      }
    };
    const ratio = await growth(16_000, (n) => {
      const text = textOf(n);
      return () => quietly(text);
    });
    expect(ratio).toBeLessThan(SUPERLINEAR);
  });
});
