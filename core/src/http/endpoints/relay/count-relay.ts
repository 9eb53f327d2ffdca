import type { RawRequest } from '@dragoman/plugin';
import type { Estimate } from '../../../metering/estimate-tokens.ts';
import type { CountAs } from '../../../metering/reply-count.ts';
import { BYTES_OF_TOKEN } from '../../../metering/text-tokens.ts';
import type { RelayBody } from './relay-body.ts';

/** Requests that only read or remove something involve no model work. */
export function asksModel({ method }: Pick<RawRequest, 'method'>): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'DELETE';
}

/** How to count the reply to a relayed request. */
export function countAs(raw: Pick<RawRequest, 'method'>): { readonly countAs?: CountAs } {
  return asksModel(raw) ? { countAs: 'text' } : {};
}

/** A rough estimate for a request that is not decoded: by its text. Files are not counted. */
export function estimateRelay({ textBytes }: Pick<RelayBody, 'textBytes'>): Estimate {
  return { input: Math.ceil((textBytes?.() ?? 0) / BYTES_OF_TOKEN), output: 0, choices: 1 };
}
