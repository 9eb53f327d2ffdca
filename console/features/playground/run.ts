import { EventSourceParserStream } from 'eventsource-parser/stream';
import { call, messageOf } from '../../lib/api.ts';
import { parseJson } from '../../lib/json.ts';
import type { Pass } from '../../lib/types.ts';
import type { Encoded } from './encode.ts';
import type { Call, ProtocolName } from './prompt.ts';
import { createReader, type Told } from './read-stream.ts';

export type RunState = 'running' | 'done' | 'stopped' | 'failed';

/** A call while it is written; `at` is its place in the reply. */
interface GrowingCall extends Call {
  readonly at: number;
}

/** One answer of one model, as it comes. */
export interface Run {
  readonly state: RunState;
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly GrowingCall[];
  readonly error?: string;
  readonly finish?: string;
  readonly ttftMs?: number;
  readonly ms: number;
  readonly usage: {
    readonly input?: number;
    readonly output?: number;
    readonly reasoning?: number;
    readonly cached?: number;
  };
  /** Who answered, after how many attempts. */
  readonly served?: string;
  readonly attempts?: number;
  readonly traceId?: string;
  readonly raw: readonly string[];
}

export const NEW_RUN: Run = {
  state: 'running',
  text: '',
  reasoning: '',
  calls: [],
  ms: 0,
  usage: {},
  raw: [],
};

let pass: Promise<Pass> | undefined;

/** The pass of this session; a new one when it ends. */
async function passToken(): Promise<string> {
  pass ??= call<Pass>('POST', '/passes');
  try {
    const { token, expiresAt } = await pass;
    if (Date.parse(expiresAt) > Date.now() + 60_000) return token;
  } catch (error) {
    pass = undefined;
    throw error;
  }
  pass = call<Pass>('POST', '/passes');
  return (await pass).token;
}

async function send(request: Encoded, signal: AbortSignal): Promise<Response> {
  return fetch(request.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-dragoman-pass': await passToken() },
    body: JSON.stringify(request.body),
    signal,
  });
}

interface RunInput {
  readonly protocol: ProtocolName;
  readonly request: Encoded;
  readonly signal: AbortSignal;
  /** Told at most once for each picture that the screen shows. */
  readonly onChange: (run: Run) => void;
}

/** Sends a request through the gateway's front door and tells the answer as it comes. Never throws. */
export async function runRequest({ protocol, request, signal, onChange }: RunInput): Promise<Run> {
  const begun = performance.now();
  let run = NEW_RUN;
  let frame = 0;
  const update = (change: Partial<Run>): void => {
    run = { ...run, ...change, ms: performance.now() - begun };
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      onChange(run);
    });
  };
  const end = (change: Partial<Run>): Run => {
    cancelAnimationFrame(frame);
    run = { ...run, ...change, ms: performance.now() - begun };
    onChange(run);
    return run;
  };
  try {
    let response = await send(request, signal);
    if (response.status === 401) {
      // A pass ends with its sign-in, so get a new one and try once more.
      pass = undefined;
      response = await send(request, signal);
    }
    update(headOf(response.headers));
    if (!response.ok || !response.body)
      return end({ state: 'failed', error: failureOf(await response.text(), response.status) });
    const read = createReader(protocol);
    const events = response.body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream());
    for await (const { data } of iterate(events)) {
      const raw = [...run.raw, data];
      update({ raw });
      for (const one of read(data)) update(after(run, one, performance.now() - begun));
    }
    return end({ state: run.error === undefined ? 'done' : 'failed' });
  } catch (error) {
    return end(signal.aborted ? { state: 'stopped' } : { state: 'failed', error: messageOf(error) });
  }
}

/** Not every browser iterates streams by itself. */
async function* iterate<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

function headOf(headers: Headers): Partial<Run> {
  const upstream = headers.get('x-dragoman-upstream');
  const id = headers.get('request-id');
  return {
    ...(upstream !== null && { served: `${upstream}/${headers.get('x-dragoman-model') ?? ''}` }),
    ...(id !== null && { traceId: id }),
    attempts: Number(headers.get('x-dragoman-attempts') ?? 1),
  };
}

function failureOf(text: string, status: number): string {
  const { error } = (parseJson(text) ?? {}) as { readonly error?: { readonly message?: string } };
  return error?.message ?? `${status} ${text.slice(0, 300)}`;
}

function after(run: Run, told: Told, ms: number): Partial<Run> {
  const first = run.ttftMs === undefined ? { ttftMs: ms } : {};
  switch (told.type) {
    case 'text':
      return { ...first, text: run.text + told.text };
    case 'reasoning':
      return { ...first, reasoning: run.reasoning + told.text };
    case 'call':
      return { ...first, calls: withFragment(run.calls, told) };
    case 'usage': {
      const { type: _, ...counts } = told;
      return { usage: { ...run.usage, ...counts } };
    }
    case 'finish':
      return { finish: told.reason };
    case 'error':
      return { error: told.message };
  }
}

/** Only the first piece of a call tells its id and name; the others tell their place. */
function withFragment(
  calls: readonly GrowingCall[],
  { at, id, name, fragment }: Extract<Told, { readonly type: 'call' }>,
): readonly GrowingCall[] {
  if (name !== undefined || id !== undefined)
    return [...calls, { at, id: id ?? `call_${calls.length}`, name: name ?? '', arguments: fragment }];
  return calls.map((call) => (call.at === at ? { ...call, arguments: call.arguments + fragment } : call));
}
