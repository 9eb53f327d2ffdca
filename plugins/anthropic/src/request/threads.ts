import {
  type EncodeContext,
  type FieldReader,
  GatewayError,
  isJsonObject,
  type JsonObject,
  type StoredRules,
} from '@dragoman/plugin';
import { ANTHROPIC } from '../wire.ts';

/**
 * Message threads, a beta of `@anthropic-ai/sdk` 1.11: `thread: {type: 'create'}` has the server keep a conversation
 * under the id of its reply, `{type: 'continue', previous_message_id}` goes on from it with new messages only.
 */

/** Reads the `thread` of a request that is not passed through; the gateway keeps what it asks for. */
export function decodeThread(fields: FieldReader): JsonObject | undefined {
  const thread = fields.optionalReader('thread');
  if (thread?.optionalOneOf('type', ['create', 'continue']) === undefined) {
    if (thread) throw thread.invalid('type', 'must be "create" or "continue"');
    return undefined;
  }
  if (continues(thread.all())) thread.string('previous_message_id');
  return thread.all();
}

export function continues(thread: JsonObject | undefined): boolean {
  return thread?.['type'] === 'continue';
}

export const threadRules: StoredRules = {
  field: 'thread',
  optionsOf({ thread }) {
    if (!isJsonObject(thread)) return { keep: false };
    const previousId = continues(thread) ? thread['previous_message_id'] : undefined;
    return { keep: true, ...(typeof previousId === 'string' && { previousId }) };
  },
  inherited: ['system', 'tools'],
  // The SDK then sends the whole conversation again.
  unknownReply: (id) =>
    new GatewayError('not-found', `The message ${JSON.stringify(id)} is unknown or no longer kept.`, {
      field: 'thread.previous_message_id',
      extensions: { [ANTHROPIC]: { error_code: 'thread_not_found' } },
    }),
};

/** The id of a message. One of a thread is found by it, so it cannot be the upstream's own. */
export function messageId(given: string | undefined, { id, request }: EncodeContext): string {
  const isOfThread = request.extensions?.[ANTHROPIC]?.['thread'] !== undefined;
  return isOfThread || !given ? `msg_${id}` : given;
}
