import type { AttemptRecord, HookRecord, TraceRecord } from '@dragoman/plugin';
import type { StoredToolCall } from '../../trace/store.ts';
import { visible } from '../../text/visible-text.ts';

const WIDTH = 48;

/** Formats a trace for a terminal: its facts, each attempt as a bar, and each tool call. */
export function formatTrace(trace: TraceRecord, calls: readonly StoredToolCall[]): readonly string[] {
  return [...facts(trace), '', ...timeline(trace), ...toolCalls(calls)];
}

function toolCalls(calls: readonly StoredToolCall[]): readonly string[] {
  return calls.flatMap(({ name, arguments: text, state, startMs, endMs, error, problems = [], result }) => [
    '',
    `${name}(${text})`,
    `  ${state}, written from ${ms(startMs)} to ${ms(endMs)}`,
    ...(error === undefined ? [] : [`  ${error}`]),
    ...problems.map(({ path, message }) => `  ${path === '' ? 'the arguments' : path}: ${message}`),
    result
      ? `  ${result.isError ? 'failed' : 'answered'} after ${ms(result.afterMs)} by ${result.by}: ${firstLine(result.text)}`
      : '  not answered yet',
  ]);
}

function firstLine(text: string): string {
  const [line = ''] = text.split('\n', 1);
  return line.length > 100 ? `${line.slice(0, 100)}…` : line;
}

function facts(trace: TraceRecord): readonly string[] {
  const {
    model,
    upstream,
    upstreamModel,
    outcome,
    errorKind,
    refused = errorKind,
    ttftMs,
    overheadMs,
    cost,
    thread,
    keyName,
  } = trace;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['id', trace.id],
    ['client id', trace.clientRequestId],
    ['time', new Date(trace.startedAt).toISOString()],
    ['request', `${trace.method} ${trace.path} (${trace.protocol})`],
    ['key', keyName],
    ['client', `${trace.ip}  ${trace.userAgent}`],
    ['model', model],
    ['served by', upstream && `${upstream}/${upstreamModel ?? ''}`],
    ['thread', thread],
    [
      'outcome',
      `${trace.status === 0 ? '' : `${trace.status} `}${outcome}${refused === undefined ? '' : ` (${refused})`}`,
    ],
    ['took', `${ms(trace.ms)}${ttftMs === undefined ? '' : `, first content after ${ms(ttftMs)}`}`],
    ['overhead', overheadMs === undefined ? undefined : ms(overheadMs)],
    ['tokens', tokensOf(trace)],
    ['cost', cost === undefined ? undefined : `$${cost.toFixed(6)}`],
    ['dropped', trace.dropped.map(({ field, why }) => `${field}: ${why}`).join(' ') || undefined],
    ...(trace.hooks ?? []).map((call) => ['hook', hookCall(call)] as const),
  ];
  return rows.flatMap(([label, value]) => (value === undefined ? [] : [`${label.padEnd(10)} ${value}`]));
}

function hookCall({
  hook,
  phase,
  action,
  ms: took,
  isShadow,
  findings = [],
  changed = [],
  error,
}: HookRecord) {
  const found = findings.map(({ rule, action: done, detail }) =>
    detail === undefined ? `${rule} (${done})` : `${rule} (${done}: ${detail})`,
  );
  const more = [...found, ...changed, ...(error === undefined ? [] : [error])];
  const done = `${hook} ${phase}: ${action}${isShadow ? ', as a shadow' : ''}, ${ms(took)}`;
  return more.length > 0 ? `${done}; ${more.join(', ')}` : done;
}

function tokensOf({
  inputTokens,
  outputTokens,
  cachedTokens,
  reasoningTokens,
  isEstimated,
  tokensPerSecond: speed,
}: TraceRecord): string | undefined {
  if (inputTokens === undefined) return undefined;
  const cached = cachedTokens === undefined ? '' : ` (${cachedTokens} cached)`;
  const reasoning = reasoningTokens === undefined ? '' : ` (${reasoningTokens} reasoning)`;
  const rate = speed === undefined ? '' : `, ${short(speed)} a second`;
  return `${inputTokens} in${cached}, ${outputTokens ?? 0} out${reasoning}${rate}${isEstimated ? ', estimated' : ''}`;
}

function timeline({ attempts, ms: whole }: TraceRecord): readonly string[] {
  const names = attempts.map(({ upstream, model }) => visible(`${upstream}/${model}`));
  const width = Math.max(0, ...names.map((name) => name.length));
  return attempts.map((attempt, at) => {
    const label = `${attempt.reason.padEnd(6)} ${(names[at] ?? '').padEnd(width)}`;
    return `${label} |${bar(attempt, whole)}| ${ms(attempt.endMs - attempt.startMs)} ${outcomeOf(attempt)}`.trimEnd();
  });
}

/** `.` queued, `~` until it had a connection, `-` until the headers, `=` until the first content, `#` the content. */
function bar(attempt: AttemptRecord, whole: number): string {
  const { queuedMs, startMs, connectedMs = startMs, headersMs, firstMs, endMs } = attempt;
  const place = (time: number): number => Math.min(WIDTH, Math.round((time / Math.max(whole, 1e-9)) * WIDTH));
  const steps: readonly (readonly [number, string])[] = [
    [startMs - queuedMs, ' '],
    [startMs, '.'],
    [connectedMs, '~'],
    [headersMs ?? firstMs ?? endMs, '-'],
    [firstMs ?? endMs, '='],
    [endMs, '#'],
  ];
  let drawn = '';
  for (const [until, sign] of steps) drawn = drawn.padEnd(place(until), sign);
  return (drawn.trim() === '' ? `${drawn.slice(0, WIDTH - 1)}#` : drawn).padEnd(WIDTH);
}

function outcomeOf(attempt: AttemptRecord): string {
  const { faults } = attempt;
  return faults ? `${endOf(attempt)} (repaired: ${faults.join('; ')})`.trimStart() : endOf(attempt);
}

function endOf({ status, error }: AttemptRecord): string {
  if (!error) return status === undefined ? '' : String(status);
  const wait = error.retryAfterMs === undefined ? '' : `, retry after ${ms(error.retryAfterMs)}`;
  return `${status ?? ''} ${error.kind}: ${error.message}${wait}`.trimStart();
}

function ms(time: number): string {
  return `${short(time)} ms`;
}

function short(value: number): string {
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}
