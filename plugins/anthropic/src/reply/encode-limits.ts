import type { HeaderMap, LimitHeadroom, LimitStatus } from '@dragoman/plugin';

/** `anthropic-ratelimit-…`, with the time of the next window in RFC 3339. */
export function encodeLimits({ requests, tokens, now }: LimitHeadroom): HeaderMap {
  return { ...headersOf('requests', requests, now), ...headersOf('tokens', tokens, now) };
}

function headersOf(what: string, status: LimitStatus | undefined, now: number): HeaderMap {
  if (!status) return {};
  return {
    [`anthropic-ratelimit-${what}-limit`]: String(status.limit),
    [`anthropic-ratelimit-${what}-remaining`]: String(status.remaining),
    [`anthropic-ratelimit-${what}-reset`]: new Date(now + status.resetMs).toISOString(),
  };
}
