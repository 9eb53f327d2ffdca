import type { HeaderMap } from '../transport/http.ts';

/**
 * How long an upstream asks to wait, in milliseconds: `retry-after-ms`, or `retry-after` in seconds or as a date by the
 * upstream's own clock. `undefined` if it does not say.
 */
export function retryAfterMs(headers: HeaderMap): number | undefined {
  const milliseconds = Number(headers['retry-after-ms'] || Number.NaN);
  if (isWait(milliseconds)) return milliseconds;
  const { 'retry-after': after = '', date = '' } = headers;
  const seconds = after.trim() === '' ? Number.NaN : Number(after);
  const until = Date.parse(after) - Date.parse(date);
  return [seconds * 1000, until].find(isWait);
}

const isWait = (ms: number): boolean => ms >= 0 && ms < Infinity;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration such as `1h2m3.5s` or `120ms`, in milliseconds; `undefined` for anything else. */
export function durationMs(text: string | undefined): number | undefined {
  if (text === undefined || !/^(?:\d{1,12}(?:\.\d{1,12})?(?:ms|[smhd]))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d{1,12}(?:\.\d{1,12})?)(ms|[smhd])/g)];
  return parts.reduce((sum, [, amount, unit = 's']) => sum + Number(amount) * (UNITS[unit] ?? 0), 0);
}
