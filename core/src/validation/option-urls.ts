import { isJsonObject } from '@dragoman/plugin';

export interface OptionUrl {
  readonly path: readonly PropertyKey[];
  readonly url: URL;
}

/** An absolute URL with a host, of any scheme. */
const WITH_HOST = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Every URL in an upstream's options, for any provider. Mask secrets first. */
export function urlsOf(options: unknown, path: readonly PropertyKey[] = []): readonly OptionUrl[] {
  if (typeof options === 'string') {
    const url = WITH_HOST.test(options.trim()) ? URL.parse(options) : null;
    return url ? [{ path, url }] : [];
  }
  if (Array.isArray(options)) return options.flatMap((item, at) => urlsOf(item, [...path, at]));
  if (!isJsonObject(options)) return [];
  return Object.entries(options).flatMap(([name, field]) => urlsOf(field, [...path, name]));
}

/** URLs that contain a user name or a password. */
export function urlsWithUserInfo(options: unknown): readonly OptionUrl[] {
  return urlsOf(options).filter(({ url }) => url.username !== '' || url.password !== '');
}

/** The options with user names and passwords in URLs replaced by `***`. */
export function hideUserInfo<T>(options: T): T {
  return (urlsWithUserInfo(options).length === 0 ? options : hide(options)) as T;
}

function hide(options: unknown): unknown {
  if (Array.isArray(options)) return options.map(hide);
  if (isJsonObject(options))
    return Object.fromEntries(Object.entries(options).map(([name, field]) => [name, hide(field)]));
  const [found] = typeof options === 'string' ? urlsWithUserInfo(options) : [];
  if (!found) return options;
  found.url.username = '***';
  found.url.password = '';
  return found.url.href;
}

/** The origins that these options point to: scheme, host and port of each URL. */
export function originsOf(options: unknown): readonly string[] {
  const origins = urlsOf(options).map(({ url: { protocol, host } }) => `${protocol}//${host}`);
  return [...new Set(origins)].toSorted();
}
