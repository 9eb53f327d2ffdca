import type { Answer } from '../fuzz/mocks.ts';
import { goodReply } from '../fuzz/mock-good.ts';
import { type Frame, type MockReply, openAiStream } from '@dragoman/testing/upstreams';

/** One in so many calls fails. */
const FAILS_EVERY = 3;

const FAILURES: readonly MockReply[] = [
  { status: 500, body: { error: { message: 'Injected.' } } },
  { status: 503, body: { error: { message: 'Injected.' } } },
  { status: 429, headers: { 'retry-after-ms': '1' }, body: { error: { message: 'Injected.' } } },
  { cut: 'headers' },
  { headers: { 'content-type': 'application/json' }, rawBody: '{"choices":[' },
];

/** Fails before it has answered anything, so that a fallback can always step in. */
function createFlaky(): Answer {
  let calls = 0;
  return (call) => {
    calls += 1;
    return calls % FAILS_EVERY === 0
      ? (FAILURES[(calls / FAILS_EVERY) % FAILURES.length] ?? {})
      : goodReply(call);
  };
}

const SLOW_FRAMES = 200;
const SLOW_MS = 20;

/** Takes seconds for its answer, as a model does: for clients that leave. */
const slow: Answer = () => ({ stream: slowly() });

async function* slowly(): AsyncGenerator<Frame> {
  const [first, second, ...end] = openAiStream([{ text: Array.from({ length: 2 }, () => 'word ') }]);
  if (first) yield first;
  for (let count = 0; count < SLOW_FRAMES; count += 1) {
    if (second) yield second;
    await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
  }
  yield* end;
}

export function createKinds(): Readonly<Record<string, Answer>> {
  return { flaky: createFlaky(), slow };
}
