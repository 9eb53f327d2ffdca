import { Readable } from 'node:stream';
import { defined } from '../../../../canonical/json.ts';
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
    summary: 'Lists what clients may speak, and how they begin.',
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
      'Asks a model in the words of a protocol, as the console: as server-sent events, `head` tells who answers, `raw` what the client reads, `event` what it means, and `error` why there is no more.',
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
    summary: 'Shows a request as the programs that would send it.',
    access: 'admin',
    audit: 'none',
    takesPrompts: true,
    handle: ({ body: { origin, ...input } }, deps) => writeCode(protocolRequest(input, deps), origin),
  },
});
