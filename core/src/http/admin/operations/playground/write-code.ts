import { DEFAULT_CAPABILITIES, type ProgramInput, type Protocol } from '@dragoman/plugin';
import type { ProtocolRequest } from './protocol-request.ts';

export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** The request as programs would send it. */
export function writeCode(asked: ProtocolRequest, origin: string): readonly NamedText[] {
  const input = encode(asked, origin);
  return [{ name: 'curl', text: curlOf(input) }, ...namedTexts(asked.client.programs?.(input))];
}

/** Stands for the gateway's address, which only the reader knows. */
const ORIGIN = '{{origin}}';

/** A first request in a protocol; `undefined` where the protocol does not say how programs speak it. */
export function firstRequest({ name, client }: Protocol): string | undefined {
  if (!client) return undefined;
  const capabilities = { ...DEFAULT_CAPABILITIES, ...client.capabilities };
  const request = {
    ...{ protocol: name, model: 'echo', stream: false, system: [], tools: [], sampling: {}, reasoning: {} },
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
  } as const;
  return curlOf(encode({ client, capabilities, request }, ORIGIN));
}

export function namedTexts(texts: Readonly<Record<string, string>> = {}): readonly NamedText[] {
  return Object.entries(texts).map(([name, text]) => ({ name, text }));
}

function encode({ client, capabilities, request }: ProtocolRequest, origin: string): ProgramInput {
  const { path, body } = client.codec.encodeRequest(request, { capabilities, drop: () => {} });
  return { origin, path: client.mount + path, body };
}

/** The key comes from the environment. */
function curlOf({ origin, path, body }: ProgramInput): string {
  return `curl -N ${quoted(origin + path)} \\
  -H "Authorization: Bearer $GATEWAY_API_KEY" -H "Content-Type: application/json" \\
  -d ${quoted(JSON.stringify(body, undefined, 2))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
