import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { fileTypeFromBuffer } from 'file-type';
import { Agent, type Dispatcher, request } from 'undici';
import { type FetchedFile, GatewayError } from '@dragoman/plugin';
import type { AddressRule } from './public-address.ts';

/** Fetches files that clients name by URL, for upstreams that accept none. */
export interface FileFetcher {
  /**
   * Fetches all files of one request. Throws a `GatewayError` of kind `invalid` that names the URL: its address is
   * not public, or it redirects too often, is too large, is too slow or fails.
   */
  fetchAll(urls: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, FetchedFile>>;
  close(): Promise<void>;
}

export interface FileFetcherInput {
  readonly mayConnect: AddressRule;
  readonly ports: readonly number[];
  /** For all files of one request together. */
  readonly maxBytes: number;
  /** For each file, redirects included. */
  readonly timeoutMs: number;
  /** Resolves host names. Default: the system's resolver. */
  readonly lookup?: LookupFunction;
}

const MAX_FILES = 32;
const MAX_REDIRECTS = 3;

export function createFileFetcher(input: FileFetcherInput): FileFetcher {
  const { mayConnect, lookup = systemLookup } = input;
  // Addresses are checked when connecting, so that DNS cannot change in between.
  const agent = new Agent({ connect: { lookup: guarded(lookup, mayConnect) }, allowH2: false });
  return {
    async fetchAll(urls, signal) {
      const wanted = [...new Set(urls)];
      if (wanted.length > MAX_FILES) throw invalid(`At most ${MAX_FILES} files can be named by URL.`);
      const room = { bytes: input.maxBytes };
      const files = wanted.map((url) => fetchFile(url, { ...input, agent, room, signal }));
      return new Map((await Promise.all(files)).map((file, at) => [wanted[at] ?? '', file]));
    },
    close: () => agent.destroy(),
  };
}

/** Fetches nothing. */
export const NO_FILES: FileFetcher = {
  fetchAll: () => {
    const message =
      "The model's upstream does not accept files by URL, and this gateway is configured not to fetch them.";
    return Promise.reject(invalid(message));
  },
  close: () => Promise.resolve(),
};

interface FetchInput extends FileFetcherInput {
  readonly agent: Dispatcher;
  /** The bytes left for all files together. */
  readonly room: { bytes: number };
  readonly signal: AbortSignal;
}

async function fetchFile(url: string, input: FetchInput): Promise<FetchedFile> {
  const clock = AbortSignal.timeout(input.timeoutMs);
  const signal = AbortSignal.any([clock, input.signal]);
  try {
    const { headers, body } = await follow(url, { ...input, signal });
    const data = await readInto(body, input.room);
    const detected = await fileTypeFromBuffer(data);
    return { data, mimeType: detected?.mime ?? typeOf(headers['content-type']) };
  } catch (error) {
    if (input.signal.aborted) throw input.signal.reason;
    throw invalid(`${shown(url)} could not be fetched: ${reasonOf(error, clock)}`);
  }
}

async function follow(start: string, input: FetchInput): Promise<Dispatcher.ResponseData> {
  let url = start;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    const response = await request(checked(url, input), {
      dispatcher: input.agent,
      signal: input.signal,
      headers: { 'accept-encoding': 'identity', 'user-agent': 'Dragoman' },
    });
    const { statusCode, headers, body } = response;
    if (statusCode === 200) return response;
    body.on('error', () => {}).destroy();
    const location = [headers.location].flat()[0];
    if (statusCode < 300 || statusCode > 399 || location === undefined) {
      throw new Refusal(`the server returned status ${statusCode}.`);
    }
    url = URL.parse(location, url)?.href ?? location;
  }
  throw new Refusal('it redirects too often.');
}

/** A numeric address is never looked up, so it is checked here. */
function checked(text: string, { mayConnect, ports }: FileFetcherInput): URL {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw new Refusal('it is not an HTTP URL.');
  if (url.username || url.password) throw new Refusal('it contains credentials.');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) && !mayConnect(host)) throw new Refusal(NOT_PUBLIC);
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (!ports.includes(port)) throw new Refusal('its port is not in fetch.ports.');
  return url;
}

function guarded(lookup: LookupFunction, mayConnect: AddressRule): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = Array.isArray(found) ? found : [];
      const [first] = addresses;
      if (error || !first) callback(error ?? new Refusal('its host name has no address.'), '');
      else if (!addresses.every(({ address }) => mayConnect(address))) callback(new Refusal(NOT_PUBLIC), '');
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

async function readInto(body: Readable, room: FetchInput['room']): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) {
    room.bytes -= chunk.length;
    if (room.bytes < 0) throw new Refusal('it is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function typeOf(header: string | string[] | undefined): string {
  const [type = ''] = ([header].flat()[0] ?? '').split(';');
  return type.trim().toLowerCase() || 'application/octet-stream';
}

/** Why a file was not fetched, for the client. */
class Refusal extends Error {}

const NOT_PUBLIC = 'its address is not public.';

function reasonOf(error: unknown, clock: AbortSignal): string {
  if (clock.aborted) return 'it took too long.';
  // Other errors could reveal details of the internal network.
  return error instanceof Refusal ? error.message : 'its server could not be reached.';
}

function shown(url: string): string {
  const { origin, pathname } = URL.parse(url) ?? {};
  return origin === undefined ? 'The URL' : JSON.stringify(`${origin}${pathname}`.slice(0, 200));
}

function invalid(message: string): GatewayError {
  return new GatewayError('invalid', message, { field: 'messages', code: 'url_not_fetched' });
}
