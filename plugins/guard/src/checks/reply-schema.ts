import { type Schema, Validator } from '@cfworker/json-schema';
import { type ChatEvent, parseJson, refuse, tryWithinTime } from '@dragoman/plugin';
import type { Findings } from '../findings.ts';
import type { GuardOptions } from '../options.ts';

/** A schema may contain regular expressions that never end. */
const MOST_MS = 200;
const MOST_CHARACTERS = 4_000_000;

/** Checks the text of each answer when the reply is over. Those that call tools are not answers yet. */
export async function* checkReplySchema(
  events: AsyncIterable<ChatEvent>,
  { replySchema, replySchemaAction: action }: Pick<GuardOptions, 'replySchema' | 'replySchemaAction'>,
  findings: Findings,
): AsyncGenerator<ChatEvent> {
  if (!replySchema) return yield* events;
  const texts = new Map<number, string>();
  const calling = new Set<number>();
  const choiceOf = new Map<number, number>();
  for await (const event of events) {
    if (event.type === 'block-start') {
      const { block, choice = 0, index } = event;
      if (block.type === 'tool-call') calling.add(choice);
      if (block.type === 'text') choiceOf.set(index, choice);
    } else if (event.type === 'block-delta') {
      const choice = choiceOf.get(event.index);
      if (choice !== undefined) texts.set(choice, (texts.get(choice) ?? '') + event.delta);
    } else if (event.type === 'finish') {
      const choices = Array.from({ length: 1 + (event.otherReasons?.length ?? 0) }, (_, at) => at);
      const problem = choices
        .filter((choice) => !calling.has(choice))
        .map((choice) => problemOf(texts.get(choice) ?? '', replySchema as Schema))
        .find((problem) => problem !== undefined);
      if (problem !== undefined) {
        findings.add({ rule: 'reply-schema', action }, 'reply');
        if (action === 'refuse')
          refuse(`The reply does not have the form that this gateway requires: ${problem}`, 'reply_invalid');
      }
    }
    yield event;
  }
}

function problemOf(text: string, schema: Schema): string | undefined {
  if (text.length > MOST_CHARACTERS) return 'it is too long to be checked.';
  const value = parseJson(text);
  if (value === undefined) return 'it is not JSON.';
  const result = tryWithinTime(MOST_MS, () => new Validator(schema, '2020-12').validate(value));
  if (!result) return 'it could not be checked in time.';
  const place = result.errors.at(-1)?.instanceLocation.replace(/^#/, '') ?? '';
  return result.valid ? undefined : `it does not match the schema${place === '' ? '' : ` at ${place}`}.`;
}
