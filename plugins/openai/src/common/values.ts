/** Values that both of OpenAI's wires share. */
import type { JsonValue } from '@dragoman/plugin';

/** Of answers, and of what a search finds. */
export const VERBOSITIES = ['low', 'medium', 'high'] as const;

/** The entries of an array; none of anything else. */
export function arrayOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

/** An id as text; some servers count in numbers. */
export function idOf(id: JsonValue | undefined): string {
  if (typeof id === 'number') return String(id);
  return typeof id === 'string' ? id : '';
}

/** `data:image/png;base64,…` */
export function parseDataUrl(url: string): { readonly mimeType: string; readonly data: string } | undefined {
  const match = /^data:([^;,]+)(?:;[^;,]+)*;base64,/i.exec(url);
  return match ? { mimeType: match[1] ?? '', data: url.slice(match[0].length) } : undefined;
}
