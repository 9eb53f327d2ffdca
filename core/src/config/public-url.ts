import { z } from 'zod';

/** Where clients reach the gateway, normalized to an origin: paths are fixed. */
export const publicUrlSchema = z
  .string()
  .refine(isPublicUrl, { error: 'expected a URL without a path, such as "https://llm.example.com"' })
  .transform((value) => new URL(value).origin);

function isPublicUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
}
