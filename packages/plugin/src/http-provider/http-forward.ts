import type { ChatRequest } from '../canonical/chat.ts';
import type { HeaderMap } from '../transport/http.ts';
import { joinUrl } from './join-url.ts';
import type { Forward, ReplyReader } from '../plugin/forward.ts';
import type { HttpUpstream, UpstreamCodec } from '../plugin/upstream-codec.ts';
import { sendSigned } from './send-signed.ts';
import { readError } from './upstream-error.ts';

export interface ForwardInput {
  readonly wires: readonly string[];
  /** The gateway's path prefix that corresponds to the base URL: `/v1`. */
  readonly mount: string;
  /** Additional client headers to pass on; a name that ends with `-` is a prefix. */
  readonly headers?: readonly string[];
  /** As in {@link Forward.replyHeaders}. */
  readonly replyHeaders?: readonly string[];
  /** For wires with the model in the path: returns the path below the base URL, with the upstream's own name. */
  readonly rewritePath?: (path: string, model: string) => string;
  /** As in {@link Forward.answers}. */
  readonly answers?: Forward['answers'];
  /** Reads the replies of a wire; the beginning of a stream is read before any of it reaches the client. */
  readonly readers?: Readonly<Record<string, Pick<UpstreamCodec, 'decodeReply' | 'decodeStream'>>>;
}

/** Replies are read only for failures and usage, so the request makes no difference. */
const ANY_REQUEST: ChatRequest = {
  ...{
    protocol: '',
    model: '',
    stream: true,
    system: [],
    messages: [],
    tools: [],
    sampling: {},
    reasoning: {},
  },
};

const CLIENT_HEADERS = ['content-type', 'accept', 'idempotency-key', 'user-agent', 'x-client-request-id'];

/** Passes clients' bytes through to an HTTP upstream, with its own credentials. */
export function createForward(
  upstream: HttpUpstream,
  {
    wires,
    mount,
    headers: more = [],
    replyHeaders = [],
    rewritePath,
    answers = {},
    readers = {},
  }: ForwardInput,
): Forward {
  const { baseUrl, codec } = upstream;
  const kept = [...CLIENT_HEADERS, ...more];
  const names = new Set(kept.filter((name) => !name.endsWith('-')));
  const prefixes = kept.filter((name) => name.endsWith('-'));
  const built = new Map(Object.entries(readers).map(([wire, reader]) => [wire, readerOf(reader)]));
  return {
    wires,
    replyHeaders,
    answers,
    send(raw, model, context) {
      const below = raw.path.startsWith(`${mount}/`) ? raw.path.slice(mount.length) : raw.path;
      const path = rewritePath && model !== undefined ? rewritePath(raw.path, model) : below;
      const { body } = raw;
      const request = {
        method: raw.method,
        url: joinUrl(baseUrl, path, raw.query),
        headers: pickHeaders(raw.headers, names, prefixes),
        ...(body && { body }),
      };
      return sendSigned(upstream, request, context);
    },
    reader: (wire) => built.get(wire),
    decodeError: (status, headers, text) => readError(upstream, { status, headers, text }),
    readEnd: (wire, text) => codec.readEnd?.(wire, text) ?? { isComplete: true },
  };
}

function readerOf({ decodeReply, decodeStream }: NonNullable<ForwardInput['readers']>[string]): ReplyReader {
  return {
    decodeReply: (body) => decodeReply(body, ANY_REQUEST),
    decodeStream: () => decodeStream(ANY_REQUEST),
  };
}

function pickHeaders(headers: HeaderMap, names: ReadonlySet<string>, prefixes: readonly string[]): HeaderMap {
  const picked: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    const isKept = names.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
    if (value !== undefined && isKept) picked[name] = value;
  }
  return picked;
}
