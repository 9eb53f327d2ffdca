import { GatewayError, isJsonObject, type JsonValue, type ProtocolClient } from '@dragoman/plugin';

/** What a program makes of the protocol: `npm run dev` asks by it, and so does the console's playground. */
export const client: ProtocolClient = {
  mount: '/acme',
  codec: {
    encodeRequest({ model, stream, messages }) {
      const texts = messages.flatMap(({ content }) =>
        content.map((part) => ('text' in part ? part.text : '')),
      );
      return { path: '/say', body: { model, stream, say: texts.join('\n') } };
    },
    decodeReply: ({ said }, { model }) => [
      { type: 'start', id: '', model },
      { type: 'block-start', index: 0, block: { type: 'text' } },
      ...(typeof said === 'string' && said !== ''
        ? [{ type: 'block-delta', index: 0, delta: said } as const]
        : []),
      { type: 'block-end', index: 0 },
      { type: 'finish', reason: 'stop' },
    ],
    decodeStream({ model }) {
      let [isOpen, isOver] = [false, false];
      return {
        get isOver() {
          return isOver;
        },
        *push({ data }) {
          const { said, done, error } = JSON.parse(data) as Readonly<Record<string, string | undefined>>;
          if (error !== undefined) throw new GatewayError('upstream-broken', error);
          if (!isOpen) yield { type: 'start', id: '', model };
          if (!isOpen) yield { type: 'block-start', index: 0, block: { type: 'text' } };
          isOpen = true;
          if (said) yield { type: 'block-delta', index: 0, delta: said };
          if (!done) return;
          isOver = true;
          yield { type: 'block-end', index: 0 };
          yield { type: 'finish', reason: 'stop' };
        },
        end() {
          if (!isOver) throw new GatewayError('upstream-broken', 'The stream ended early.');
          return [];
        },
      };
    },
    decodeError: (status, _headers, body) => new GatewayError('upstream-broken', messageOf(status, body)),
  },
};

function messageOf(status: number, body: JsonValue | undefined): string {
  const error = isJsonObject(body) ? body['error'] : undefined;
  return typeof error === 'string' ? error : `Status ${status}.`;
}
