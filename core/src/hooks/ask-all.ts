import type { ChatEvent, ChatRequest } from '@dragoman/plugin';
import { AnswerEvents, type CostOf } from './reply/answer-events.ts';
import { HookedEvents } from './reply/hooked-events.ts';
import { isAttached } from './scope.ts';
import { ShadowEvents } from './reply/shadow-events.ts';
import type { Visit } from './visit/visit.ts';

/** What hooks made of a request. */
export interface Hooked {
  readonly request: ChatRequest;
  /** The reply that a hook gave in place of an upstream. */
  readonly answer?: AsyncIterator<ChatEvent>;
}

/**
 * Lets hooks see a request, in order: those that are attached to upstreams in an attempt, the others before it. The first
 * answer ends it, and passes through the hooks before the one that gave it.
 */
export async function askAll(
  visits: readonly Visit[],
  request: ChatRequest,
  costOf: CostOf,
): Promise<Hooked> {
  let asked = request;
  for (const [at, visit] of visits.entries()) {
    if (isAttached(visit.hook) !== visit.isAttempt) continue;
    const given = await visit.request(asked);
    if ('answer' in given) {
      const answer = new AnswerEvents(visit, given, costOf);
      return { request: asked, answer: throughAll(visits.slice(0, at), answer) };
    }
    asked = given;
  }
  return { request: asked };
}

/** A reply on its way through hooks, the last first. */
export function throughAll(
  visits: readonly Visit[],
  reply: AsyncIterator<ChatEvent>,
): AsyncIterator<ChatEvent> {
  return visits.reduceRight<AsyncIterator<ChatEvent>>((events, visit) => {
    if (!visit.hook.hook.reply || visit.isSkipped) return events;
    return visit.isShadow ? new ShadowEvents(visit, events) : new HookedEvents(visit, events);
  }, reply);
}
