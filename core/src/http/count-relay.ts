import type { RawRequest } from '../plugin/plugin.ts';
import { parseJson } from '../plugin/reply-text.ts';
import { textBytes } from '../routing/content-bytes.ts';
import type { Estimate } from '../routing/estimate-tokens.ts';
import type { CountAs } from '../routing/reply-count.ts';
import { BYTES_OF_TOKEN } from '../routing/text-tokens.ts';
import type { RelayBody } from './relay-body.ts';

/** Requests that only read or remove something have no model work. */
export function asksModel({ method }: Pick<RawRequest, 'method'>): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'DELETE';
}

/** How the reply to a request that is only sent on is counted. */
export function countAs(raw: Pick<RawRequest, 'method'>): { readonly countAs?: CountAs } {
  return asksModel(raw) ? { countAs: 'text' } : {};
}

/** A rough estimate for a request that is not decoded: by the text in it. Files are not counted. */
export function estimateRelay({ json }: Pick<RelayBody, 'json'>): Estimate {
  const bytes = json ? textBytes(parseJson(Buffer.from(json).toString('utf8')) ?? '') : 0;
  return { input: Math.ceil(bytes / BYTES_OF_TOKEN), output: 0, choices: 1 };
}
