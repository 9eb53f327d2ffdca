import { describe, expect, it } from 'vitest';
import { traceRecord } from '@dragoman/testing';
import { wireReaders as readers } from '../../../../plugins/openai/src/wire-readers.ts';
import type { JsonObject } from '@dragoman/plugin';
import { Capture, CaptureBudget } from '../capture.ts';
import { detailOf } from './detail.ts';
import { pack } from '../packed.ts';
import { prepareTraces } from './prepare-traces.ts';
import { readText } from './read-body.ts';
import { createRedactor, type Redactor } from './redact.ts';
import type { RedactionRules } from '../../config/redaction.ts';
import type { SentTrace } from '../worker-messages.ts';

const TRAP = `${'a'.repeat(40)}!`;

/** A request with one tool, whose reply calls it with these arguments. */
function sent(id: string, schema: JsonObject, args: JsonObject): SentTrace {
  const tool = { type: 'function', function: { name: 'f', parameters: schema } };
  const body = { model: 'm', messages: [{ role: 'user', content: 'Call it.' }], tools: [tool] };
  const call = { id: 'c', type: 'function', function: { name: 'f', arguments: JSON.stringify(args) } };
  const message = { role: 'assistant', content: null, tool_calls: [call] };
  const request = {
    wire: 'openai-chat',
    query: '',
    headers: {},
    params: {},
    body: Buffer.from(JSON.stringify(body)),
  };
  const limit = 10_000_000;
  const taken = new Capture(request, { limit, budget: new CaptureBudget(limit) });
  taken.reply.push(
    JSON.stringify({ id: 'r', model: 'm', choices: [{ index: 0, message, finish_reason: 'tool_calls' }] }),
  );
  return { trace: traceRecord({ id }), capture: pack(taken, 0) };
}

const good = (id: string) => sent(id, { type: 'object', required: ['a'] }, { a: 1 });

function prepare(traces: readonly SentTrace[], rules: Partial<RedactionRules> | Redactor = {}) {
  const signs: number[] = [];
  const redactor =
    'redact' in rules ? rules : createRedactor({ paths: [], patterns: [], keepMedia: true, ...rules });
  const entries = prepareTraces(traces, { redactor, readers, busy: (ms) => signs.push(ms) });
  return { entries, signs };
}

const PAIRS = Object.fromEntries(
  Array.from({ length: 40 }, (_, at) => [
    `l${at}`,
    { allOf: [{ $ref: `#/$defs/l${at + 1}` }, { $ref: `#/$defs/l${at + 1}` }] },
  ]),
);

describe('the schemas of clients', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['a pattern without end', { properties: { a: { type: 'string', pattern: '^(a+)+$' } } }, { a: TRAP }],
    [
      'names by a pattern without end',
      { type: 'object', patternProperties: { '^(a+)+$': {} } },
      { [TRAP]: 1 },
    ],
    ['references that double', { $defs: { ...PAIRS, l40: {} }, $ref: '#/$defs/l0' }, {}],
    [
      'lists of unique values',
      { properties: { a: { uniqueItems: true } } },
      { a: Array.from({ length: 20_000 }, (_, at) => ({ at })) },
    ],
  ])('cost the thread little, and other traces nothing: %s', (_, schema, args) => {
    const before = process.threadCpuUsage();
    const { entries } = prepare([good('one'), sent('evil', schema, args), good('two')]);
    const { user, system } = process.threadCpuUsage(before);
    expect(entries.map(({ trace }) => trace.id)).toEqual(['one', 'evil', 'two']);
    expect(entries.map(({ analysis }) => analysis?.calls.map(({ state }) => state))).toEqual([
      ['ok'],
      ['ok'],
      ['ok'],
    ]);
    expect(entries[1]?.analysis?.calls[0]?.error).toBe('The schema could not be checked in time.');
    expect(entries[1]?.capture).toBeDefined();
    expect((user + system) / 1000).toBeLessThan(2_000);
  });

  it('are judged again, for as short a time, when somebody looks at the trace', () => {
    const { entries } = prepare([sent('evil', { properties: { a: { pattern: '^(a+)+$' } } }, { a: TRAP })]);
    const capture = entries[0]?.capture;
    expect(capture && detailOf(capture, readers)).toMatchObject({
      answer: { choices: [{ reason: 'tool-use' }] },
    });
  });

  it('are judged in full otherwise', () => {
    const [entry] = prepare([sent('bad', { type: 'object', required: ['b'] }, { a: 1 })]).entries;
    expect(entry?.analysis?.calls[0]).toMatchObject({
      state: 'schema',
      problems: [expect.objectContaining({ message: expect.stringContaining('b') as string })],
    });
  });
});

describe('what cannot be redacted', () => {
  it('is not kept, and takes no other trace along', () => {
    const evil = sent('evil', {}, { text: TRAP });
    const { entries } = prepare([good('one'), evil, good('two')], { patterns: ['(a+)+\\?'] });
    expect(entries.map(({ trace }) => trace.bodies)).toEqual([undefined, 'unredacted', undefined]);
    expect(entries.map(({ capture }) => capture !== undefined)).toEqual([true, false, true]);
    expect(entries.map(({ analysis }) => analysis?.calls.length)).toEqual([1, undefined, 1]);
  });

  it('is not kept either when redacting fails', () => {
    const redactor: Redactor = {
      ...createRedactor({ paths: [], patterns: [], keepMedia: true }),
      isNeeded: () => true,
      redact(text) {
        if (text.includes('secret')) throw new RangeError('Maximum call stack size exceeded');
        return text.replaceAll('Call', 'Tell');
      },
    };
    const { entries } = prepare([good('one'), sent('evil', {}, { text: 'secret' })], redactor);
    const [kept, lost] = entries;
    expect(
      kept?.capture && readText(kept.capture, kept.capture.request.body ?? kept.capture.reply),
    ).toContain('Tell it.');
    expect(lost).toEqual({ trace: { ...sent('evil', {}, {}).trace, bodies: 'unredacted' } });
  });
});

describe('the thread', () => {
  it('says how long it may take before it begins, with each trace where it takes them one by one', () => {
    expect(prepare([good('one'), good('two')]).signs).toHaveLength(1);
    const evil = sent('evil', { properties: { a: { pattern: '^(a+)+$' } } }, { a: TRAP });
    const { signs } = prepare([good('one'), evil]);
    // Once for the batch, then for each trace before it is redacted and before it is read.
    expect(signs).toHaveLength(5);
    expect(Math.max(...signs)).toBeLessThan(10_000);
  });

  it('says nothing of traces without bodies', () => {
    const { entries, signs } = prepare([{ trace: traceRecord({ id: 'one' }) }]);
    expect(entries).toHaveLength(1);
    expect(signs).toEqual([]);
  });
});
