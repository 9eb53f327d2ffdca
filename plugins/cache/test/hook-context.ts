import type {
  AttemptContext,
  Finding,
  HeaderMap,
  HookSetup,
  HttpClient,
  ReplyContext,
} from '@dragoman/plugin';

/** A time that the test sets. */
export const testClock = { time: 1_800_000_000_000, now: () => testClock.time };

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const http: HttpClient = {
  send: () => Promise.reject(new Error('No HTTP in this test.')),
};

export function testSetup(change: Partial<HookSetup> = {}): HookSetup {
  return {
    hookId: 'cache',
    log,
    http,
    signal: new AbortController().signal,
    store: { get: async () => undefined, set: async () => {}, delete: async () => {} },
    clock: testClock,
    folder: () => {
      throw new Error('No folder in this test.');
    },
    ...change,
  };
}

/** A request as a hook sees it, and what the hook did with it. */
export function testRequest({
  id = 'req_1',
  key = 'key_1',
  headers = {},
  change = {},
}: {
  readonly id?: string;
  readonly key?: string;
  readonly headers?: HeaderMap;
  readonly change?: Partial<AttemptContext>;
} = {}) {
  const over = new AbortController();
  const seen = { headers: new Map<string, string>(), findings: [] as Finding[], held: 0 };
  const on: ReplyContext = {
    requestId: id,
    caller: { key },
    model: 'echo',
    protocol: 'openai-chat',
    headers,
    signal: over.signal,
    log,
    http,
    state: new Map(),
    from: { upstream: 'local', model: 'llama' },
    note: (finding) => void seen.findings.push(finding),
    replyHeader: (name, value) => void seen.headers.set(name, value),
    hold: () => {
      seen.held += 1;
      return () => void (seen.held -= 1);
    },
    ...change,
  };
  return { on, seen, end: (reason?: unknown) => over.abort(reason) };
}
