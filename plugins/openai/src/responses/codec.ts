import {
  type CallContext,
  type ChatRequest,
  GatewayError,
  type HttpUpstream,
  isJsonObject,
  postJson,
  readJson,
  type UpstreamCodec,
} from '@dragoman/plugin';
import { decodeError } from '../common/decode-error.ts';
import { decodeReply, decodeStream, readEnd } from './reply/decode-reply.ts';
import { encodeRequest } from './request/encode-request.ts';
import { OUTPUT } from './wire.ts';

/** The upstream side of Responses. */
export const openaiResponsesCodec: UpstreamCodec = {
  encodeRequest,
  answer: OUTPUT,
  decodeReply,
  decodeStream,
  decodeError,
  readEnd: (_, text) => readEnd(text),
};

/** What `POST /responses/input_tokens` takes of a request. */
const COUNTED = [
  'model',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'text',
  'reasoning',
];

/** Asks the upstream how many tokens a prompt has. `path` is that of its Responses API. */
export async function countInputTokens(
  { path, ...upstream }: Omit<HttpUpstream, 'codec'> & { readonly path: string },
  request: ChatRequest,
  context: CallContext,
): Promise<number> {
  const { body } = encodeRequest(request, context);
  const counted = Object.fromEntries(Object.entries(body).filter(([name]) => COUNTED.includes(name)));
  const input = { ...upstream, codec: openaiResponsesCodec };
  const reply = await readJson(
    await postJson(input, { path: `${path}/input_tokens`, body: counted }, context),
  );
  const tokens = isJsonObject(reply) ? reply['input_tokens'] : undefined;
  if (typeof tokens === 'number') return tokens;
  throw new GatewayError('upstream-broken', 'The upstream returned no token count.');
}
