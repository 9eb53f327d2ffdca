import { Readable } from 'node:stream';
import { defined } from '@dragoman/plugin';
import type { RequestState } from '../../../base/request-state.ts';
import { goneSignal } from '../../../endpoints/open-exchange.ts';
import { sessionOf } from '../../caller.ts';
import { playgroundContract } from '../../contract/playground-contract.ts';
import { defineOperations } from '../../operation.ts';
import { askGateway } from './ask-gateway.ts';
import { protocolRequest } from './protocol-request.ts';
import { firstRequest, namedTexts, writeCode } from './write-code.ts';

export const playgroundOperations = defineOperations(playgroundContract, {
  'GET /protocols': {
    summary: 'Lists the protocols that clients may speak, with setup instructions.',
    access: 'admin',
    handle: (_, { registry }) =>
      registry.protocols.map((protocol) =>
        defined({
          name: protocol.name,
          title: protocol.title,
          curl: firstRequest(protocol),
          setups: namedTexts(protocol.client?.setups),
        }),
      ),
  },
  'POST /playground/chat': {
    summary:
      'Sends a prompt to a model through a protocol. Streams server-sent events: `head` names the upstream, `raw` is what a client reads, `event` is its meaning, and `error` ends the stream.',
    access: 'admin',
    takesPrompts: true,
    handle({ body, ctx, caller }, deps) {
      const asked = protocolRequest(body, deps);
      const { requestId } = ctx.state as RequestState;
      const { token: pass } = deps.passes.issue({ session: sessionOf(caller) });
      ctx.type = 'text/event-stream';
      ctx.body = Readable.from(askGateway(asked, { pass, requestId, signal: goneSignal(ctx) }, deps));
    },
  },
  'POST /playground/code': {
    summary: 'Shows a request as code in several languages.',
    access: 'admin',
    audit: 'none',
    takesPrompts: true,
    handle: ({ body: { origin, ...input } }, deps) => writeCode(protocolRequest(input, deps), origin),
  },
});
