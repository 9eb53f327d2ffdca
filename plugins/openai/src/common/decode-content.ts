import { type CacheMark, defined, type FieldReader, type TextPart } from '@dragoman/plugin';

/** A field of content: a string, or parts that `decodePart` reads. Absent and empty yield no part. */
export function decodeContent<Part>(
  owner: FieldReader,
  decodePart: (part: FieldReader) => Part,
  name = 'content',
): readonly (Part | TextPart)[] {
  const content = owner.value(name);
  if (content === undefined || content === '') return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (!Array.isArray(content)) throw owner.invalid(name, 'must be a string or an array of parts');
  return owner.readers(name).map(decodePart);
}

/** The cache mark of a text part. */
export function decodeCacheMark(part: FieldReader): CacheMark | undefined {
  const breakpoint = part.optionalReader('prompt_cache_breakpoint');
  if (!breakpoint) return undefined;
  return defined({ ttl: breakpoint.optionalOneOf('ttl', ['5m', '30m', '1h', '12h', '24h']) });
}
