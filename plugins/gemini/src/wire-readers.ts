import type { WireReaders } from '@dragoman/plugin';
import { decodeReply, decodeStream } from './reply/decode-reply.ts';
import { decodeRequest } from './request/decode-request.ts';
import { GEMINI } from './wire.ts';

/** Reads traces of generateContent. Whether it was a stream makes no difference to what was said. */
export const wireReaders: WireReaders = {
  [GEMINI]: { decodeRequest: (input) => decodeRequest(input, true), decodeReply, decodeStream },
};
