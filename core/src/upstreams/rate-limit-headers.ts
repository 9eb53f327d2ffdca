import { durationMs, type HeaderMap, type RateLimitHeaders } from '@dragoman/plugin';

/** If the reply does not say. */
const USUAL_MS = 1_000;

/** How long an upstream's rate limit is exhausted, in milliseconds; `undefined` if it is not. */
export function exhaustedFor(
  headers: HeaderMap,
  limits: readonly RateLimitHeaders[] = [],
): number | undefined {
  let longest: number | undefined;
  for (const { remaining, reset, form } of limits) {
    if (headers[remaining] !== '0') continue;
    const ms = form === 'date' ? untilDate(headers, reset) : durationMs(headers[reset]);
    longest = Math.max(longest ?? 0, ms ?? USUAL_MS);
  }
  return longest;
}

/** By the upstream's own clock. */
function untilDate(headers: HeaderMap, name: string): number | undefined {
  const ms = Date.parse(headers[name] ?? '') - Date.parse(headers['date'] ?? '');
  return ms > 0 ? ms : undefined;
}
