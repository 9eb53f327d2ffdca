/**
 * Signatures of tool calls, as given by Gemini's models, for protocols that sign only thoughts: the thought before a
 * call carries the call's signature.
 */
import type { AssistantPart, ReasoningPart } from '../../canonical/chat.ts';

/** Moves the signatures of calls to the thoughts before them; a call without a thought gets an empty one. */
export function signThoughts(content: readonly AssistantPart[]): readonly AssistantPart[] {
  const signed: AssistantPart[] = [];
  for (const part of content) {
    if (part.type === 'tool-call' && part.opaque) {
      const last = signed.at(-1);
      const isFree = last?.type === 'reasoning' && !last.opaque;
      if (isFree) signed.pop();
      const thought: ReasoningPart = isFree ? last : { type: 'reasoning', text: '', form: 'hidden' };
      signed.push({ ...thought, opaque: part.opaque });
    }
    signed.push(part);
  }
  return signed;
}

/** Moves signatures from thoughts back to the calls after them. */
export function signCalls(content: readonly AssistantPart[]): readonly AssistantPart[] {
  const signed: AssistantPart[] = [];
  let carried: ReasoningPart['opaque'];
  for (const part of content) {
    if (part.type === 'reasoning' && part.opaque?.kind === 'call') {
      const { opaque, ...thought } = part;
      carried = opaque;
      if (thought.text !== '') signed.push(thought);
    } else if (part.type === 'tool-call' && carried) {
      signed.push({ ...part, opaque: carried });
      carried = undefined;
    } else signed.push(part);
  }
  return signed;
}
