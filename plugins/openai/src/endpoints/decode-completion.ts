import {
  type ChatEvent,
  EventParser,
  failureIn,
  isJsonObject,
  type JsonObject,
  type SseEvent,
  type StreamDecoder,
} from '@dragoman/plugin';
import { decodeError } from '../common/decode-error.ts';
import { decodeUsage } from '../chat/usage.ts';
import { arrayOf } from '../common/values.ts';

/** Decodes a legacy completion, as far as that is needed to judge and to count it. */
export function* decodeCompletion(body: JsonObject): Generator<ChatEvent> {
  const decoder = new CompletionDecoder();
  yield* decoder.chunk(body);
  yield* decoder.end();
}

/** Decodes a stream of legacy completions, which does not show whether it is complete. */
export function decodeCompletionStream(): StreamDecoder {
  return new CompletionDecoder();
}

class CompletionDecoder implements StreamDecoder {
  isOver = false;
  readonly #parser = new EventParser('a chunk');
  readonly #texts = new Map<number, number>();
  #next = 0;

  push({ data }: SseEvent): Iterable<ChatEvent> {
    if (data.trim() === '[DONE]') this.isOver = true;
    const chunk = this.#parser.parse(data);
    return chunk ? this.chunk(chunk) : [];
  }

  *chunk(chunk: JsonObject): Generator<ChatEvent> {
    if (failureIn(chunk)) throw decodeError(200, {}, chunk);
    for (const choice of arrayOf(chunk['choices'])) {
      const { text, index: choiceIndex = 0 } = isJsonObject(choice) ? choice : {};
      if (typeof text !== 'string' || text === '' || typeof choiceIndex !== 'number') continue;
      let index = this.#texts.get(choiceIndex);
      if (index === undefined) {
        index = this.#next++;
        this.#texts.set(choiceIndex, index);
        yield { type: 'block-start', index, block: { type: 'text' }, choice: choiceIndex };
      }
      yield { type: 'block-delta', index, delta: text };
    }
    const usage = decodeUsage(chunk['usage']);
    if (usage) yield { type: 'usage', usage };
  }

  end(): Iterable<ChatEvent> {
    return [];
  }
}
