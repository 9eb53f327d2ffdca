import { text } from 'node:stream/consumers';
import type { Context } from 'koa';
import { timeoutsSchema } from '../../../../config/upstream.ts';
import { LEFT_OUT } from '../../../../trace/worker/redact.ts';
import { encodeUrlPart, type HeaderMap, replaceModel } from '@dragoman/plugin';
import { goneSignal } from '../../../endpoints/open-exchange.ts';
import { PASS_HEADER } from '../../../access/passes.ts';
import { AdminError } from '../../admin-error.ts';
import { findDetail, type TraceWithDetail } from './ask-traces.ts';
import { repeatedHeaders } from './repeated-headers.ts';
import { replayContract } from '../../contract/traces/replay-contract.ts';
import type { AdminDeps } from '../../deps.ts';
import { sessionOf } from '../../caller.ts';
import { defineOperations } from '../../operation.ts';

export const replayOperations = defineOperations(replayContract, {
  'POST /traces/:id/replay': {
    summary: 'Replays a recorded request as the console, and responds when its reply is complete.',
    access: 'admin',
    refusals: ['conflict'],
    async handle({ body: { model }, params: { id }, ctx, caller }, deps) {
      const request = recordedRequest(await findDetail(deps, id), model, deps);
      const { token } = deps.passes.issue({ session: sessionOf(caller), replayOf: id });
      return send(ctx, { ...request, headers: { ...request.headers, [PASS_HEADER]: token } }, deps);
    },
  },
});

interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: HeaderMap;
  readonly body: Uint8Array<ArrayBuffer>;
}

function recordedRequest(
  { trace, detail }: TraceWithDetail,
  model: string | undefined,
  { registry }: AdminDeps,
): Recorded {
  const { method, path } = trace;
  const { request, query, params } = detail;
  if (!request.body || request.body.missing > 0)
    throw new AdminError(
      'conflict',
      'The body of this request was not kept in full, so it cannot be replayed.',
    );
  if (request.body.isAltered)
    throw new AdminError('conflict', 'The recorded body is redacted, so it cannot be replayed.');
  const body = Buffer.from(request.body.text);
  const fields = new URLSearchParams(query);
  for (const [name, value] of fields) if (value === LEFT_OUT) fields.delete(name);
  const suffix = fields.size > 0 ? `?${fields.toString()}` : '';
  const edited = model === undefined ? body : replaceModel(body, model);
  const place = model === undefined ? path : withModel(path, params['model'], model);
  if (model !== undefined && edited === body && place === path && model !== trace.model)
    throw new AdminError('conflict', 'This request does not name a model to replace.');
  return {
    method,
    path: place + suffix,
    headers: repeatedHeaders({ trace, detail }, registry),
    body: new Uint8Array(edited),
  };
}

/** On some wires, the path names the model. */
function withModel(path: string, asked: string | undefined, model: string): string {
  if (!asked) return path;
  const written = [asked, encodeUrlPart(asked)].find((text) => path.includes(text));
  const named = model.split('/').map(encodeUrlPart).join('/');
  return written === undefined ? path : path.replace(written, () => named);
}

const TIMEOUTS = timeoutsSchema.parse({});

/** Sent as clients do: it is routed, limited and traced like any other request. */
async function send(
  ctx: Context,
  { method, path, headers, body }: Recorded,
  { baseUrl, pools }: AdminDeps,
): Promise<{ readonly id: string; readonly status: number; readonly body: string }> {
  const client = pools.client({ timeouts: TIMEOUTS, signal: goneSignal(ctx) });
  const reply = await client.send({
    ...{ method, url: baseUrl() + path, body },
    headers,
  });
  return { id: reply.headers['request-id'] ?? '', status: reply.status, body: await text(reply.body) };
}
