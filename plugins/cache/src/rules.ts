import type { ChatEvent, ChatRequest, FinishReason } from '@dragoman/plugin';

/** Replies that ended like this are whole. One that was cut, withheld or paused is not kept. */
const WHOLE: ReadonlySet<FinishReason> = new Set(['stop', 'stop-sequence', 'tool-use']);

/** What upstreams of all wires take for a request that names no temperature. */
const USUAL_TEMPERATURE = 1;

/**
 * Whether the answer of a request may come from a cache. Not if it depends on more than the request (state of the
 * upstream, a tool that the upstream runs), and not if the upstream is to store it.
 */
export function isCacheable(request: ChatRequest, maxTemperature = Infinity): boolean {
  const { serverState, store, tools, sampling } = request;
  if (serverState !== undefined || store === true) return false;
  if (tools.some(({ kind }) => kind === 'hosted')) return false;
  return (sampling.temperature ?? USUAL_TEMPERATURE) <= maxTemperature;
}

/** Whether a reply is worth keeping: it is whole, in all of its choices, and says something. */
export function isKeepable(events: readonly ChatEvent[]): boolean {
  const finish = events.at(-1);
  if (finish?.type !== 'finish') return false;
  const reasons = [finish.reason, ...(finish.otherReasons ?? [])];
  return events.some(isContent) && reasons.every((reason) => WHOLE.has(reason));
}

/** A call without arguments has no delta. */
function isContent(event: ChatEvent): boolean {
  if (event.type === 'block-start') return event.block.type === 'tool-call';
  return event.type === 'block-delta' || event.type === 'block';
}
