import type { CallContext } from '@dragoman/core';

/** What an encoder of requests goes by. */
export type EncodeRequestContext = Pick<CallContext, 'capabilities' | 'drop'>;
