import type { CredentialPlaces, HeaderMap, SentCredentials } from '@dragoman/plugin';
import { readCredential } from './credentials.ts';

/** A request, as far as it may hold a credential. */
interface Sources {
  readonly headers: HeaderMap;
  readonly querystring: string;
  /** Those of its protocol. */
  readonly places: CredentialPlaces;
  /** The headers in which clients of any protocol send their key. */
  readonly names: readonly string[];
}

export interface ClientCredential {
  readonly value: string;
  /** Whether a browser may have sent it by itself. */
  readonly isAmbient: boolean;
}

/** A client's key: where the protocol finds it, else where all protocols have it, else where only this one does. */
export function clientCredential(sources: Sources): ClientCredential | undefined {
  const { headers, querystring, places, names } = sources;
  const found = foundByProtocol(sources);
  if (found !== undefined) return { value: found, isAmbient: true };
  const usual = readCredential({ headers, querystring, names, field: places.query });
  if (usual !== undefined) return { value: usual, isAmbient: false };
  const sent = basicOrCookie(sources);
  return sent === undefined ? undefined : { value: sent, isAmbient: true };
}

/** The protocol's own function sees nothing that would be recorded or passed on. */
function foundByProtocol({ headers, querystring, places }: Sources): string | undefined {
  if (!places.read) return undefined;
  const names = ['authorization', 'cookie', ...(places.headers ?? [])];
  const given = names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]));
  const query = places.query === undefined ? null : new URLSearchParams(querystring).get(places.query);
  const sent: SentCredentials = { headers: Object.fromEntries(given), ...(query !== null && { query }) };
  return places.read(sent) || undefined;
}

function basicOrCookie({ headers, places: { basic, cookie } }: Sources): string | undefined {
  const part = basic && partOf(headers['authorization'] ?? '', basic);
  return part || (cookie && cookieOf(headers['cookie'] ?? '', cookie)) || undefined;
}

function partOf(authorization: string, part: 'user' | 'password'): string | undefined {
  const encoded = /^Basic +(\S+)$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, 'base64').toString();
  const colon = pair.indexOf(':');
  if (part === 'password') return colon < 0 ? undefined : pair.slice(colon + 1);
  return colon < 0 ? pair : pair.slice(0, colon);
}

function cookieOf(header: string, name: string): string | undefined {
  const pairs = header.split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
