import type { WireReaders } from '@dragoman/plugin';
import { decodeReply, decodeStream } from './reply/decode-reply.ts';
import { decodeRequest } from './request/decode-request.ts';
import { ANTHROPIC } from './wire.ts';

/** Reads traces of the Messages API. */
export const wireReaders: WireReaders = { [ANTHROPIC]: { decodeRequest, decodeReply, decodeStream } };
