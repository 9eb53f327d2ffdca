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
    if (headers[remaining] === '0') longest = Math.max(longest ?? 0, durationOf(headers[reset]) ?? 1_000);
  }
  for (const { remaining, reset } of 'anthropic-ratelimit-requests-remaining' in headers ? ANTHROPIC : []) {
    if (headers[remaining] !== '0') continue;
    // By the upstream's own clock.
    const ms = Date.parse(headers[reset] ?? '') - Date.parse(headers['date'] ?? '');
    longest = Math.max(longest ?? 0, ms > 0 ? ms : 1_000);
  }
  return longest;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationOf(text = ''): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)];
  if (parts.length === 0) return undefined;
  return parts.reduce((sum, [, amount, unit = 's']) => sum + Number(amount) * (UNITS[unit] ?? 0), 0);
}
