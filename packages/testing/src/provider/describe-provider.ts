import { inspect } from 'node:util';
import {
  type ChatReply,
  type ChatRequest,
  type ErrorKind,
  GatewayError,
  type ProviderType,
} from '@dragoman/plugin';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestContext, type TestContext } from '../context/call-context.ts';
import { chatRequest, failureOf, readEvents, readReply } from '../events.ts';
import { type MockReply, type MockUpstream, startMockUpstream } from '../upstreams/mock-upstream.ts';

/** A situation: what is asked and what the upstream answers. A provider without an upstream needs no `reply`. */
export interface Scenario {
  readonly name: string;
  readonly request?: Partial<ChatRequest>;
  readonly reply?: MockReply;
}

export interface ProviderContract<Options extends z.ZodObject = z.ZodObject> {
  readonly type: ProviderType<string, Options>;
  /** Options that point at an upstream at this URL. */
  readonly options: (url: string) => z.input<Options>;
  /** Values of the options that may never be seen in an error or a log. */
  readonly secrets?: readonly string[];
  /** Replies and what they must fold to; streams are cut to pieces of 1 and 7 bytes as well. */
  readonly answers: readonly (Scenario & { readonly expected: DeepPartial<ChatReply> })[];
  readonly failures: readonly (Scenario & {
    readonly kind: ErrorKind;
    /** Whether events come first; else another upstream may still be tried. */
    readonly midstream?: boolean;
    readonly retryAfterMs?: number;
  })[];
  /** Situations in which the upstream falls silent; an abort must end them. */
  readonly silences: readonly Scenario[];
  /** What `models` gives, where the provider lists models. */
  readonly models?: { readonly reply?: MockReply; readonly ids: readonly string[] };
}

type DeepPartial<T> = T extends object ? { readonly [K in keyof T]?: DeepPartial<T[K]> } : T;

/** The contract of every provider. Run it in a `*.test.ts` of the plugin. */
export function describeProvider<Options extends z.ZodObject>(
  name: string,
  contract: ProviderContract<Options>,
): void {
  describe(`the provider ${name} keeps the contract of providers`, () => {
    describeOptions(contract);
    const bench = createBench(contract);
    beforeAll(bench.open);
    beforeEach(bench.reset);
    afterEach(bench.check);
    afterAll(bench.close);
    describeAnswers(contract, bench);
    describeFailures(contract, bench);
    describeAborts(contract, bench);
    describeModels(contract, bench);
  });
}

function describeOptions<Options extends z.ZodObject>({ type, options }: ProviderContract<Options>): void {
  const published = z.toJSONSchema(type.options, { io: 'input' });
  const fields = Object.entries(published.properties ?? {});

  it('has a name for URLs, a title and a description', () => {
    expect(type.name).toMatch(/^[a-z0-9][a-z0-9-]*$/);
    expect([type.title, type.description]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)]);
  });

  it('publishes its options as JSON Schema that survives JSON', () => {
    expect(published.type).toBe('object');
    expect(JSON.parse(JSON.stringify(published))).toEqual(published);
  });

  it('gives each option a title and a description', () => {
    for (const [field, schema] of fields) {
      expect(schema, field).toMatchObject({
        title: expect.stringMatching(/./),
        description: expect.stringMatching(/./),
      });
    }
  });

  it('marks options that are secrets', () => {
    const suspects = fields.filter(([field]) => /(key|token|secret|password)$/i.test(field));
    for (const [field, schema] of suspects)
      expect(schema, field).toMatchObject({ secret: true, writeOnly: true });
  });

  it('refuses an option that it does not know', () => {
    const known = options('http://127.0.0.1:9');
    expect(type.options.safeParse(known).success).toBe(true);
    expect(type.options.safeParse({ ...(known as object), noSuchOption: 1 }).success).toBe(false);
  });
}

/** What one test works with: the upstream, a fresh context, and the provider pointed at the upstream. */
interface Bench {
  readonly upstream: MockUpstream;
  readonly test: TestContext;
  readonly open: () => Promise<void>;
  readonly reset: () => void;
  readonly check: () => Promise<void>;
  readonly close: () => Promise<void>;
  provider(): ReturnType<ProviderType['create']>;
  chat(
    scenario: Scenario,
    changes?: Partial<MockReply>,
  ): ReturnType<ReturnType<ProviderType['create']>['chat']>;
  expectNoSecret(value: unknown): void;
}

function createBench<Options extends z.ZodObject>(contract: ProviderContract<Options>): Bench {
  const { type, options, secrets = [] } = contract;
  let upstream: MockUpstream | undefined;
  let test: TestContext | undefined;
  const bench: Bench = {
    get upstream() {
      return present(upstream);
    },
    get test() {
      return present(test);
    },
    async open() {
      upstream = await startMockUpstream();
    },
    reset() {
      bench.upstream.reset();
      test = createTestContext();
    },
    async check() {
      bench.expectNoSecret(bench.test.logged);
      await bench.test.close();
    },
    async close() {
      await upstream?.close();
    },
    provider() {
      const parsed = type.options.parse(options(bench.upstream.url));
      return type.create(parsed, bench.test.setup);
    },
    chat({ request, reply }, changes) {
      if (reply) bench.upstream.reply({ ...reply, ...changes });
      return bench.provider().chat(deepFreeze(chatRequest('Hello', request)), bench.test.context);
    },
    expectNoSecret(value) {
      const text = inspect(value, { depth: 12 });
      for (const secret of secrets) expect(text).not.toContain(secret);
    },
  };
  return bench;
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The bench is there while a test runs.');
  return value;
}

/** A provider that changes the request it is given fails its test. */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

function describeAnswers({ answers }: ProviderContract, bench: Bench): void {
  const cases = answers.flatMap((scenario) => {
    const sizes = scenario.reply ? [1, 7, 0] : [0];
    return sizes.map((chunkBytes) => ({ scenario, chunkBytes, title: titleOf(scenario, chunkBytes) }));
  });
  it.each(cases)('answers $title', async ({ scenario, chunkBytes }) => {
    const reply = await readReply(bench.chat(scenario, { chunkBytes }));
    expect(reply).toMatchObject(scenario.expected);
    expect(reply.choices.length).toBeGreaterThan(0);
  });
}

function titleOf({ name, reply }: Scenario, chunkBytes: number): string {
  if (!reply) return name;
  return chunkBytes === 0 ? `${name}, in one piece` : `${name}, in pieces of ${chunkBytes}`;
}

function describeFailures({ failures }: ProviderContract, bench: Bench): void {
  it.each(failures)('fails with $kind: $name', async (scenario) => {
    const { kind, midstream = false, retryAfterMs } = scenario;
    let seen = 0;
    const read = async (): Promise<void> => {
      for await (const _ of bench.chat(scenario)) seen += 1;
    };
    const failure = await failureOf(read());
    if (!GatewayError.is(failure)) throw failure;
    expect(failure).toMatchObject({ kind, message: expect.stringMatching(/^\S.*[.!?]?$/su) });
    if (retryAfterMs !== undefined) expect(failure.details.retryAfterMs).toBe(retryAfterMs);
    expect(seen > 0).toBe(midstream);
    bench.expectNoSecret(failure);
  });
}

function describeAborts({ silences, answers }: ProviderContract, bench: Bench): void {
  it.each(silences)('ends at once when it is aborted: $name', async (scenario) => {
    const reading = failureOf(readEvents(bench.chat(scenario)));
    const call = scenario.reply && (await bench.upstream.waitForCall());
    await new Promise((resolve) => setImmediate(resolve));
    bench.test.abort();
    expect(await reading).toMatchObject({ kind: 'cancelled' });
    await call?.aborted;
  });

  it.each(silences)('does not begin when it is aborted already: $name', async (scenario) => {
    bench.test.abort();
    expect(await failureOf(readEvents(bench.chat(scenario)))).toMatchObject({ kind: 'cancelled' });
  });

  const streamed = answers.filter(({ reply }) => reply?.stream);
  it.each(streamed)('lets the upstream go when its reader stops: $name', async (scenario) => {
    for await (const event of bench.chat(scenario, { hang: true })) if (event.type === 'start') break;
    await bench.upstream.lastCall.aborted;
  });
}

function describeModels({ models }: ProviderContract, bench: Bench): void {
  it(models ? 'lists its models' : 'lists no models', async () => {
    if (models?.reply) bench.upstream.reply(models.reply);
    const listed = await bench.provider().models?.(bench.test.context);
    expect(listed?.map(({ id }) => id)).toEqual(models?.ids);
  });
}
