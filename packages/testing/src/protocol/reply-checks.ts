import {
  type ChatEndpoint,
  type ChatEvent,
  collect,
  type EncodeContext,
  type Framing,
  GatewayError,
  type JsonValue,
  readFrames,
  type RequestInput,
  type StreamForm,
} from '@dragoman/plugin';
import { FRAMINGS } from '@dragoman/plugin/internal/transport/framing';
import { chatStreams } from '../arbitraries.ts';
import type { Check } from '../check/check.ts';
import { must, mustEqual } from '../check/expect.ts';
import { mustHold } from '../check/property.ts';
import { eventsOf, testOpaque } from '../events.ts';
import type { ProtocolContract, ProtocolForm } from './contract.ts';
import { inputOf } from './request-checks.ts';

/** What it says of replies, in each form of its streams. */
export function replyChecks(contract: ProtocolContract, endpoint: ChatEndpoint): readonly Check[] {
  const { forms = [] } = contract;
  return [
    ...formChecks(contract, endpoint, { name: '', form: () => endpoint }),
    ...forms.flatMap((one) =>
      formChecks(contract, endpoint, { name: `, ${one.name}`, form: formOf(contract, one) }),
    ),
  ];

  function formOf(own: ProtocolContract, one: ProtocolForm): () => StreamForm {
    return () => {
      const { query = {}, headers = {} } = one;
      const input: RequestInput = {
        ...inputOf(own.request, own),
        query: new URLSearchParams(query),
        headers,
      };
      const form = endpoint.streamForm?.(input);
      must(form !== undefined, '`streamForm` has no such form: the request streams like all others.');
      return form;
    };
  }
}

interface NamedForm {
  /** What follows the titles of its checks. */
  readonly name: string;
  readonly form: () => StreamForm;
}

function formChecks(
  contract: ProtocolContract,
  endpoint: ChatEndpoint,
  { name, form }: NamedForm,
): readonly Check[] {
  const { assemble, project, replies, request } = contract;
  const context = (stream: boolean): EncodeContext => {
    const decoded = endpoint.decodeRequest(inputOf(request, contract));
    return { request: { ...decoded, stream }, id: 'reply-id', created: 1_760_000_000, opaque: testOpaque };
  };
  const rulesOf = () => FRAMINGS[form().framing ?? 'sse'];
  const read = (frames: readonly string[]): Promise<JsonValue> =>
    assemble(frames.join(''), form().contentType ?? rulesOf().contentType);
  const framesOf = async (events: readonly ChatEvent[]): Promise<readonly string[]> => {
    const frames: string[] = [];
    for await (const frame of form().encodeStream(eventsOf(events), context(true))) frames.push(frame);
    return frames;
  };
  const check = (
    rule: string,
    title: string,
    test: (events: readonly ChatEvent[], frames: readonly string[]) => Promise<void>,
  ): Check => ({
    rule,
    title: title + name,
    run: () => mustHold(chatStreams(replies), async (events) => test(events, await framesOf(events))),
  });

  return [
    check('streams-the-whole', 'tells by a stream what it tells in one piece', async (events, frames) => {
      const whole = endpoint.encodeReply(await collect(eventsOf(events)), context(false));
      mustEqual(await read(frames), project(whole), 'What the stream says');
    }),
    check('frames-messages', 'writes whole messages', async (_, frames) => {
      const framing = form().framing ?? 'sse';
      const all = await readMessages(frames, framing);
      must(all.length > 0, `There is no message of the framing ${framing} in the stream.`);
      // The brackets and commas of an array stand between its entries.
      if (framing === 'json-array') return;
      const each = await Promise.all(frames.map((frame) => readMessages([frame], framing)));
      mustEqual(each.flat(), all, 'The messages of each frame alone');
    }),
    check(
      'encodes-purely',
      'writes the same for the same events, also beside others',
      async (events, frames) => {
        const [again, beside] = await Promise.all([framesOf(events), framesOf(events)]);
        mustEqual([again, beside], [frames, frames], 'The stream');
      },
    ),
    check('passes-pings-over', 'passes pings over', async (events, frames) => {
      const pinged = events.flatMap((event): ChatEvent[] => [{ type: 'ping' }, event]);
      mustEqual(await read(await framesOf(pinged)), await read(frames), 'The stream with pings');
    }),
    check(
      'keeps-alive',
      'sends keep-alives that readers ignore between any two frames',
      async (_, frames) => {
        const { keepAlive = rulesOf().keepAlive } = form();
        const alive = frames.flatMap((frame) => [keepAlive, frame]);
        mustEqual(await read([...alive, keepAlive]), await read(frames), 'The stream with keep-alives');
      },
    ),
    check(
      'ends-with-errors',
      'ends a stream that fails with an error that readers see',
      async (events, frames) => {
        const error = new GatewayError('overloaded', 'The upstream ran out of breath.');
        const own = context(true);
        const begun = await firstFrames(
          form().encodeStream(eventsOf(events), own),
          Math.ceil(frames.length / 2) - 1,
        );
        const outcome = await read([...begun, form().encodeStreamError(error, own)]).then(
          () => 'a whole reply',
          (failure: unknown) => String(failure),
        );
        must(outcome.includes('ran out of breath'), `Readers of a stream that failed see ${outcome}.`);
      },
    ),
  ];
}

async function readMessages(pieces: readonly string[], framing: Framing): Promise<readonly string[]> {
  const messages: string[] = [];
  async function* bytes(): AsyncGenerator<string> {
    yield* pieces;
  }
  for await (const { data } of readFrames(bytes(), framing)) messages.push(data);
  return messages;
}

async function firstFrames(stream: AsyncIterable<string>, count: number): Promise<readonly string[]> {
  const frames: string[] = [];
  if (count <= 0) return frames;
  for await (const frame of stream) if (frames.push(frame) >= count) break;
  return frames;
}
