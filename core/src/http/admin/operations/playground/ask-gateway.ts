import {
  type ChatEvent,
  createHttpProvider,
  defined,
  encodeSse,
  GatewayError,
  type HttpReply,
  type UpstreamCodec,
} from '@dragoman/plugin';
import { timeoutsSchema } from '../../../../config/upstream.ts';
import { PASS_HEADER } from '../../../access/passes.ts';
import type { AdminDeps } from '../../deps.ts';
import type { ProtocolRequest } from './protocol-request.ts';

const TIMEOUTS = timeoutsSchema.parse({});

export interface Asker {
  /** What the gateway knows the console by. */
  readonly pass: string;
  readonly requestId: string;
  readonly signal: AbortSignal;
}

/**
 * Asks the gateway itself, through the front door and in the words of a protocol, as any client does: the request is
 * routed, limited and traced. Gives server-sent events: `head` names who answers, `raw` is what the protocol's client
 * reads, `event` what it means, and `error` why there is no more.
 */
export async function* askGateway(
  { client, capabilities, request }: ProtocolRequest,
  { pass, requestId, signal }: Asker,
  { pools, log, baseUrl }: Pick<AdminDeps, 'pools' | 'log' | 'baseUrl'>,
): AsyncGenerator<string> {
  const waiting: string[] = [];
  const send = (name: string, data: string): void => void waiting.push(encodeSse(data, name));
  const dropped: { readonly field: string; readonly why: string }[] = [];
  const http = pools.client({ timeouts: TIMEOUTS, signal });
  const provider = createHttpProvider({
    baseUrl: baseUrl() + client.mount,
    headers: { [PASS_HEADER]: pass },
    codec: overheard(client.codec, (data) => send('raw', data)),
  });
  const context = {
    ...{ requestId, signal, log, capabilities },
    caller: {},
    http: {
      async send(sent: Parameters<typeof http.send>[0]): Promise<HttpReply> {
        const reply = await http.send(sent);
        send('head', JSON.stringify({ ...headOf(reply), dropped }));
        return reply;
      },
    },
    fetchFiles: (urls: readonly string[]) => pools.files.fetchAll(urls, signal),
    drop: (field: string, why: string): void => void dropped.push({ field, why }),
  };
  try {
    for await (const event of provider.chat(request, context)) {
      send('event', JSON.stringify(event satisfies ChatEvent));
      yield waiting.splice(0).join('');
    }
  } catch (error) {
    send('error', JSON.stringify({ message: GatewayError.from(error).message }));
  }
  if (waiting.length > 0) yield waiting.join('');
}

/** Who answers, from the headers that every client gets. */
function headOf({ headers }: HttpReply): object {
  return defined({
    id: headers['request-id'],
    upstream: headers['x-dragoman-upstream'],
    model: headers['x-dragoman-model'],
    attempts: Number(headers['x-dragoman-attempts'] ?? 1),
  });
}

/** A codec whose replies somebody else hears, too. */
function overheard(codec: UpstreamCodec, hear: (data: string) => void): UpstreamCodec {
  return {
    ...codec,
    decodeReply(body, request) {
      hear(JSON.stringify(body));
      return codec.decodeReply(body, request);
    },
    decodeStream(request) {
      const decoder = codec.decodeStream(request);
      return {
        get isOver() {
          return decoder.isOver;
        },
        push(event) {
          hear(event.data);
          return decoder.push(event);
        },
        end: () => decoder.end(),
      };
    },
  };
}
