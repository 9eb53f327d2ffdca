import type { ChatEvent, ReplyContext } from '@dragoman/plugin';
import { checkReplySchema } from '../checks/reply-schema.ts';
import { askAboutReply } from '../checks/webhook-reply.ts';
import { Findings } from '../findings.ts';
import { memoryOf } from '../guard-request.ts';
import { asText, createRestorer, inJson } from '../masking/restore.ts';
import type { GuardSettings } from '../rules.ts';
import { createMasker, createWatcher, type Inspection } from '../texts.ts';
import { mapReply } from './map-reply.ts';
import { watchReply } from './watch-reply.ts';

/** Looks at a reply as it passes: masks what is to be masked, then puts back what was masked in the request. */
export async function* guardReply(
  events: AsyncIterable<ChatEvent>,
  on: Pick<ReplyContext, 'http' | 'model' | 'note' | 'protocol' | 'requestId' | 'state'>,
  { options, rules }: GuardSettings,
): AsyncGenerator<ChatEvent> {
  const { placeholders, wantsJson } = memoryOf(on);
  const findings = new Findings();
  // What is masked here is not put back. Other attempts do not know of it.
  const { places } = options;
  const own = placeholders.copy();
  const inspection: Inspection = { rules, places, placeholders: own, findings, isRestorable: false };
  const isLookedAt = places.includes('reply') || places.includes('reply-arguments');
  let passing = events;
  if (isLookedAt && rules.some(({ action }) => action === 'pass'))
    passing = watchReply(passing, (place, form) => createWatcher(inspection, place, form), wantsJson);
  if (isLookedAt && rules.some(({ action }) => action !== 'pass')) {
    const create = createMasker.bind(undefined, inspection);
    passing = mapReply(passing, { create, wantsJson, keepsSignatures: false });
  }
  if (options.webhookUrl !== undefined && options.webhookOn !== 'requests')
    passing = askAboutReply(passing, on, { options, inspection, wantsJson });
  if (placeholders.hasRestorable)
    passing = mapReply(passing, {
      create: (_place, form) => createRestorer(placeholders, form === 'json' ? inJson : asText),
      wantsJson,
      keepsSignatures: true,
    });
  try {
    yield* checkReplySchema(passing, options, findings);
  } finally {
    findings.report(on);
  }
}
