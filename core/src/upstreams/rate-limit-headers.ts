import { durationMs } from '../http-provider/retry-after.ts';
import type { HeaderMap } from '../transport/http.ts';

/** OpenAI and those like it: how long as `1s`, `6m0s` or `120ms`. */
const OPENAI = ['requests', 'tokens'].map((what) => ({
  remaining: `x-ratelimit-remaining-${what}`,
  reset: `x-ratelimit-reset-${what}`,
}));
/** Anthropic: until when, as a date. */
const ANTHROPIC = ['requests', 'tokens', 'input-tokens', 'output-tokens'].map((what) => ({
  remaining: `anthropic-ratelimit-${what}-remaining`,
  reset: `anthropic-ratelimit-${what}-reset`,
}));

/** For how long an upstream has nothing left, in milliseconds, as its reply says; `undefined` when it has. */
export function exhaustedFor(headers: HeaderMap): number | undefined {
  let longest: number | undefined;
  for (const { remaining, reset } of 'x-ratelimit-remaining-requests' in headers ? OPENAI : []) {
    if (headers[remaining] === '0') longest = Math.max(longest ?? 0, durationMs(headers[reset]) ?? 1_000);
  }
  for (const { remaining, reset } of 'anthropic-ratelimit-requests-remaining' in headers ? ANTHROPIC : []) {
    if (headers[remaining] !== '0') continue;
    // By the upstream's own clock.
    const ms = Date.parse(headers[reset] ?? '') - Date.parse(headers['date'] ?? '');
    longest = Math.max(longest ?? 0, ms > 0 ? ms : 1_000);
  }
  return longest;
}
