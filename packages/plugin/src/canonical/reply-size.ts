import { GatewayError } from './errors.ts';

/** Enough for any reply; bounds an upstream that never stops. */
export const MAX_REPLY_BYTES = 64 * 1024 * 1024;

export function tooLarge(): GatewayError {
  return new GatewayError('upstream-broken', `The upstream's reply is larger than ${MAX_REPLY_BYTES} bytes.`);
}
