import type { ChatEvent, ReplyContext } from '@dragoman/plugin';
import type { GuardOptions } from '../options.ts';
import { PLACES } from '../options.ts';
import { placeOf } from '../reply/block-forms.ts';
import { mapReply } from '../reply/map-reply.ts';
import { createMasker, type Inspection } from '../texts.ts';
import { askWebhook, webhookOf, type WebhookText } from './webhook.ts';
import { rulesOf } from './webhook-rules.ts';

const MOST_CHARACTERS = 16_000_000;

interface Asking {
  readonly options: GuardOptions;
  readonly inspection: Inspection;
  readonly wantsJson: boolean;
}

/** Holds a reply back until the webhook has judged it. */
export async function* askAboutReply(
  events: AsyncIterable<ChatEvent>,
  on: Pick<ReplyContext, 'http' | 'model' | 'protocol' | 'requestId'>,
  { options, inspection, wantsJson }: Asking,
): AsyncGenerator<ChatEvent> {
  const held: ChatEvent[] = [];
  const texts = new Map<number, { place: string; text: string }>();
  let characters = 0;
  for await (const event of events) {
    held.push(event);
    if (event.type === 'block-start') texts.set(event.index, { place: placeOf(event.block), text: '' });
    if (event.type !== 'block-delta') continue;
    const text = texts.get(event.index);
    if (text) text.text += event.delta;
    characters += event.delta.length;
    if (characters > MOST_CHARACTERS) throw new Error('The reply is too long for the webhook.');
  }
  const { requestId, protocol, model } = on;
  const said = [...texts.values()].map(({ place, text }): WebhookText => ({
    place,
    role: 'assistant',
    text,
  }));
  const question = { phase: 'reply', requestId, protocol, model, texts: said } as const;
  const verdict = await askWebhook(question, webhookOf(options), on.http);
  const rules = rulesOf(verdict, 'reply', inspection.findings);
  const create = createMasker.bind(undefined, { ...inspection, rules, places: PLACES });
  yield* rules.length === 0 ? held : mapReply(eachOf(held), { create, wantsJson, keepsSignatures: false });
}

async function* eachOf(events: readonly ChatEvent[]): AsyncGenerator<ChatEvent> {
  yield* events;
}
