import { isJsonObject, ReplyParser, type TextTool, type ToolTextFormat } from '@dragoman/plugin';
import fc from 'fast-check';
import { type Check, type CheckOptions, type Problem, runChecks } from '../check/check.ts';
import { must, mustEqual } from '../check/expect.ts';
import { mustHold } from '../check/property.ts';
import type { ToolFormatContract, ToolTextCase } from './contract.ts';
import { anyText, cutBy, cutsOf } from './cut-text.ts';
import { asExpected, readPieces, type ReadText, withoutIds } from './read-text.ts';

/** All that a tool format is held to. */
export function toolFormatChecks(contract: ToolFormatContract): readonly Check[] {
  const { format, cases } = contract;
  const check = (rule: string, title: string, run: () => Promise<void>): Check => ({ rule, title, run });
  return [
    ...(format ? promptChecks(contract, format) : []),
    ...cases.map((one) =>
      check('reads-replies', `reads ${one.name}, however it is cut`, async () => readCase(contract, one)),
    ),
    check('survives-any-text', 'reads the same from any text, however it is cut', () =>
      mustHold(fc.tuple(anyText(cases), fc.infiniteStream(fc.nat({ max: 12 }))), ([text, sizes]) => {
        const one = { text, tools: true };
        const whole = withoutIds(read(contract, one, [text]));
        mustEqual(withoutIds(read(contract, one, cutBy(text, sizes))), whole, 'What was read in pieces');
      }),
    ),
    // A format with frames of its own drops them.
    ...(format?.reasoning === 'own'
      ? []
      : [
          check('keeps-text', 'loses nothing of a text without calls', () =>
            mustHold(fc.tuple(anyText(cases), fc.boolean()), ([text, tools]) => {
              const { content, calls } = read(contract, { text, tools, reasoning_mode: 'none' }, [text]);
              if (calls.length === 0 && !(tools && NOISE.test(text))) mustEqual(content, text, 'The text');
            }),
          ),
        ]),
    check('streams', 'passes text on before the reply is over', async () => {
      const parser = createParser(contract);
      const events = ['It is ', 'cold ', 'in ', 'Oslo ', 'today'].flatMap((piece) => parser.push(piece));
      must(events.length > 0, 'All text is held until the end.');
    }),
  ];
}

/** What the tokens of templates look like that may be left out. */
const NOISE = /<[|\uff5c]|<\/s>|\[e~\[/;

function promptChecks(
  { tools, readsOwnCalls = true }: ToolFormatContract,
  format: ToolTextFormat,
): readonly Check[] {
  return [
    {
      rule: 'has-a-name',
      title: 'has names for the configuration',
      async run() {
        for (const name of [format.name, ...(format.aliases ?? [])])
          must(
            /^[a-z0-9][a-z0-9._-]*$/.test(name),
            `The name ${name} has other characters than a-z, 0-9, ".", "-".`,
          );
      },
    },
    {
      rule: 'tells-tools',
      title: 'tells the model every tool',
      async run() {
        const prompt = format.prompt.tools(tools);
        const missing = tools.map(({ name }) => name).filter((name) => !prompt.includes(name));
        must(missing.length === 0, `The prompt does not name ${missing.join(', ')}.`);
      },
    },
    ...(readsOwnCalls ? [ownCallsCheck(tools, format)] : []),
  ];
}

function ownCallsCheck(tools: readonly TextTool[], format: ToolTextFormat): Check {
  return {
    rule: 'reads-own-calls',
    title: 'reads the calls that it writes into the prompt',
    run: () =>
      mustHold(someCalls(tools), (calls) => {
        const written = format.prompt.calls(calls.map((call, at) => ({ id: `call_${at}`, ...call })));
        const found = read({ format, tools, cases: [] }, { text: written, tools: true }, [written]).calls;
        const told = found.map(({ name, text }) => ({ name, arguments: parsed(text) }));
        mustEqual(told, calls, `The calls in ${JSON.stringify(written)}`);
      }),
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

/** No text that a format would trim. */
const WORDS = /^[a-zA-Z0-9äö🙂"'\\{}]([a-zA-Z0-9 äö🙂"'\\{}]{0,18}[a-z])?$/u;

/** Calls with a text for each parameter that is one. */
function someCalls(tools: readonly TextTool[]): fc.Arbitrary<readonly SomeCall[]> {
  const call = fc.constantFrom(...tools).chain((tool) => {
    const values = fc.array(fc.stringMatching(WORDS), { minLength: 20, maxLength: 20 });
    return values.map((texts): SomeCall => {
      const pairs = textParameters(tool).map((key, at) => [key, texts[at % texts.length] ?? '']);
      return { name: tool.name, arguments: Object.fromEntries(pairs) as SomeCall['arguments'] };
    });
  });
  return fc.array(call, { minLength: 1, maxLength: 3 });
}

interface SomeCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, string>>;
}

function textParameters({ schema }: TextTool): readonly string[] {
  const { properties } = schema;
  if (!isJsonObject(properties)) return [];
  return Object.keys(properties).filter((key) => {
    const property = properties[key];
    return isJsonObject(property) && property['type'] === 'string' && property['enum'] === undefined;
  });
}

function createParser({ format, tools }: ToolFormatContract): ReplyParser {
  return new ReplyParser({ format, tools: new Map(tools.map((tool) => [tool.name, tool])) });
}

type Text = Pick<ToolTextCase, 'text' | 'tools' | 'reasoning_mode'>;

function read({ format, tools }: ToolFormatContract, one: Text, pieces: readonly string[]): ReadText {
  return readPieces(pieces, {
    format,
    tools: new Map(one.tools ? tools.map((tool) => [tool.name, tool]) : []),
    reasoning: one.reasoning_mode ?? 'tagged',
  });
}

function readCase(contract: ToolFormatContract, one: ToolTextCase): void {
  const whole = read(contract, one, [one.text]);
  mustEqual(asExpected(one, whole), one.expected, 'The reply');
  for (const pieces of cutsOf(one.text)) {
    const cut = withoutIds(read(contract, one, pieces));
    mustEqual(cut, withoutIds(whole), `The reply, cut into ${JSON.stringify(pieces)}`);
  }
  mustEqual(new Set(whole.calls.map(({ id }) => id)).size, whole.calls.length, 'The number of ids');
}

/** Runs the contract of tool formats, and returns what is wrong. Needs no test runner. */
export function checkToolFormat(
  contract: ToolFormatContract,
  options?: CheckOptions,
): Promise<readonly Problem[]> {
  return runChecks(toolFormatChecks(contract), options);
}
