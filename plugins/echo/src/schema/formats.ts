import { z } from 'zod';

interface Format {
  readonly example: string;
  readonly check: z.ZodType;
}

/** The string formats that are known; a schema with another one gets any string. */
export const FORMATS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['date-time', { example: '2026-01-31T12:00:00Z', check: z.iso.datetime({ offset: true }) }],
  ['date', { example: '2026-01-31', check: z.iso.date() }],
  ['time', { example: '12:00:00Z', check: z.string().regex(/^\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i) }],
  ['duration', { example: 'P1D', check: z.iso.duration() }],
  ['email', { example: 'echo@example.com', check: z.email() }],
  ['hostname', { example: 'example.com', check: z.hostname() }],
  ['ipv4', { example: '192.0.2.1', check: z.ipv4() }],
  ['ipv6', { example: '2001:db8::1', check: z.ipv6() }],
  ['uri', { example: 'https://example.com/', check: z.url() }],
  ['uri-reference', { example: '/echo', check: z.string().regex(/^[\w/.~-]*$/) }],
  ['uuid', { example: '3f0c9d5e-7a41-4c8e-9b52-6d1e0a7f4c21', check: z.guid() }],
  ['byte', { example: 'ZWNobw==', check: z.base64() }],
  ['json-pointer', { example: '/echo', check: z.string().regex(/^(\/([^~/]|~[01])*)*$/) }],
]);
