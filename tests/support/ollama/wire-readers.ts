import type { WireReaders } from '@dragoman/plugin';
import { decodeReply, decodeStream } from './decode-reply.ts';
import { decodeRequest } from './decode-request.ts';
import { OLLAMA } from './wire.ts';

export const wireReaders: WireReaders = { [OLLAMA]: { decodeRequest, decodeReply, decodeStream } };
