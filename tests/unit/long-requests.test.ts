import type { JsonObject, UpstreamCodec } from '@dragoman/plugin';
import { anthropicCodec } from '@dragoman/plugin-anthropic';
import { geminiCodec } from '@dragoman/plugin-gemini';
import { openaiChatCodec } from '@dragoman/plugin-openai';
import { describe, expect, it } from 'vitest';
import { openaiResponsesCodec } from '../../plugins/openai/src/responses/codec.ts';
import { createTestContext } from '@dragoman/testing';
import { chatEndpoint, inputOf } from '../support/chat-endpoint.ts';
import { growth, SUPERLINEAR } from '../support/cpu-time.ts';
import { LONG_HISTORIES, longRequest } from '../support/long-histories.ts';

/** Four times as many still keep the limits of a request. */
const PIECES = 1_200;

const { context } = createTestContext({ capabilities: { midSystem: true, systemFirstOnly: true } });

const WIRES: readonly (readonly [string, UpstreamCodec])[] = [
  ['openai-chat', openaiChatCodec],
  ['openai-responses', openaiResponsesCodec],
  ['anthropic', anthropicCodec],
  ['gemini', geminiCodec],
];

describe.each(WIRES)('%s', (wire, codec) => {
  describe.each(Object.entries(LONG_HISTORIES))('a history of %s', (_, history) => {
    const encode = (n: number, protocol: string): JsonObject =>
      codec.encodeRequest(longRequest(history(n), n, protocol), context).body;

    it('is encoded in time that grows with it', async () => {
      const ratio = await growth(PIECES, (n) => {
        const request = longRequest(history(n), n, 'another');
        return () => codec.encodeRequest(request, context);
      });
      expect(ratio).toBeLessThan(SUPERLINEAR);
    });

    it('is decoded in time that grows with it', async () => {
      const ratio = await growth(PIECES, (n) => {
        const input = inputOf(encode(n, wire));
        return () => chatEndpoint(wire).decodeRequest(input);
      });
      expect(ratio).toBeLessThan(SUPERLINEAR);
    });
  });
});
