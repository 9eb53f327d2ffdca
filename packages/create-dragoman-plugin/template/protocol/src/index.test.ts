import { describeProtocol } from '@dragoman/testing';
import { acme } from './index.ts';

const [protocol] = acme().protocols;

describeProtocol('acme', {
  protocol,
  path: '/acme/say',
  request: { model: 'm', say: 'Hello', stream: true },
  refused: [{ change: { say: 7 }, field: 'say' }],
  replies: { parts: ['text'] },
  // What a client of this protocol makes of a stream.
  async assemble(stream) {
    let said = '';
    for (const line of stream.split('\n').filter((one) => one.startsWith('data: '))) {
      const piece = JSON.parse(line.slice('data: '.length)) as { said?: string; error?: string };
      if (piece.error !== undefined) throw new Error(piece.error);
      said += piece.said ?? '';
    }
    return { said };
  },
  project: (body) => body,
});
