import { defineToolFormat, regions, reject, type Region, scanJson } from '@dragoman/plugin';
import { acme } from '../../packages/create-dragoman-plugin/template/tool-format/src/index.ts';

const [format] = acme().toolFormats;

/** `@get_weather{"city": "Oslo"}`: after the marker come the name and the arguments. */
const mention: Region = function* (text, reply) {
  const name = yield* text.until(/[^\w-]/g);
  if (name === '' || (yield* text.peek()) !== '{') reject();
  // The marker is in many texts: only the name of a tool tells a call from a mention.
  reply.check(name, { mustBeKnown: true });
  reply.commit(name);
  yield* scanJson(text, (piece) => reply.arguments(piece));
  reply.endCall();
  return {};
};

export const mentions = defineToolFormat({
  ...format,
  name: 'mentions',
  read: regions({ starts: { '@': mention } }),
  prompt: {
    ...format.prompt,
    calls: (calls) =>
      calls.map(({ name, arguments: values }) => `@${name}${JSON.stringify(values)}`).join('\n'),
  },
});
