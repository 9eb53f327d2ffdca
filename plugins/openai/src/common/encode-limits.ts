import type { HeaderMap, LimitHeadroom, LimitStatus } from '@dragoman/plugin';

/** `x-ratelimit-…`, with the time to the next window as `1.5s`. */
export function encodeLimits({ requests, tokens }: LimitHeadroom): HeaderMap {
  return { ...headersOf('requests', requests), ...headersOf('tokens', tokens) };
}

function headersOf(what: string, status: LimitStatus | undefined): HeaderMap {
  if (!status) return {};
  return {
    [`x-ratelimit-limit-${what}`]: String(status.limit),
    [`x-ratelimit-remaining-${what}`]: String(status.remaining),
    [`x-ratelimit-reset-${what}`]: `${status.resetMs / 1000}s`,
  };
}
