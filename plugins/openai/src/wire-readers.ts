import type { WireReaders } from '@dragoman/plugin';
import { decodeReply, decodeStream } from './chat/reply/decode-reply.ts';
import { decodeRequest } from './chat/request/decode-request.ts';
import * as responses from './responses/reply/decode-reply.ts';
import { decodeRequest as decodeResponsesRequest } from './responses/request/decode-request.ts';
import { RESPONSES } from './responses/wire.ts';
import { OPENAI_CHAT } from './chat/wire.ts';

/** Reads traces of OpenAI's wires. */
export const wireReaders: WireReaders = {
  [OPENAI_CHAT]: { decodeRequest, decodeReply, decodeStream },
  [RESPONSES]: {
    decodeRequest: decodeResponsesRequest,
    decodeReply: responses.decodeReply,
    decodeStream: responses.decodeStream,
  },
};
