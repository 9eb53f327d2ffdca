import { isJsonObject } from '../canonical/json.ts';

export interface OptionUrl {
  readonly path: readonly PropertyKey[];
  readonly url: URL;
}

/** An absolute URL with a host, of any scheme. */
const WITH_HOST = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Every URL in the options of an upstream of any provider. Mask the secrets first. */
export function urlsOf(options: unknown, path: readonly PropertyKey[] = []): readonly OptionUrl[] {
  if (typeof options === 'string') {
    const url = WITH_HOST.test(options.trim()) ? URL.parse(options) : null;
    return url ? [{ path, url }] : [];
  }
  if (Array.isArray(options)) return options.flatMap((item, at) => urlsOf(item, [...path, at]));
  if (!isJsonObject(options)) return [];
  return Object.entries(options).flatMap(([name, field]) => urlsOf(field, [...path, name]));
}

/** Where an upstream with these options sends to: scheme, host and port of each of its URLs. */
export function originsOf(options: unknown): readonly string[] {
  const origins = urlsOf(options).map(({ url: { protocol, host } }) => `${protocol}//${host}`);
  return [...new Set(origins)].toSorted();
}
