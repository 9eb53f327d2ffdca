import type { CallContext, NameRule, ToolNames } from '@dragoman/plugin';

/** What an encoder of requests goes by. */
export interface EncodeRequestContext extends Pick<CallContext, 'capabilities' | 'drop'> {
  readonly names: ToolNames;
  /** Whether the client speaks this protocol: then it knows best what the upstream takes. */
  readonly isNative: boolean;
}

/** Servers differ in the letters that they take, but not in the length. */
export const CALL_ID: NameRule = { pattern: /^/, maxLength: 64 };
