import { type ChatEvent, GatewayError, type Provider, type ProviderType } from '@dragoman/plugin';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { checkProvider, providerChecks } from '../src/checks.ts';
import {
  contractOf,
  createProvider,
  logIn,
  type Parts,
  type SoundType,
  soundProvider,
} from './sound-provider.ts';

it('finds nothing wrong with a sound provider', async () => {
  expect(await checkProvider(contractOf(soundProvider))).toEqual([]);
});

/** The sound provider with other fields. */
const typeWith = (own: object): ProviderType => ({ ...soundProvider, ...own });

/** The sound provider with other parts. */
function partsWith(own: (parts: Pick<Parts, 'options' | 'setup'>) => Partial<Parts>): ProviderType {
  const create: SoundType['create'] = (options, setup) =>
    createProvider({ options, setup, ...own({ options, setup }) });
  return typeWith({ create });
}

/** The sound provider whose methods are replaced. */
function methodsWith(own: (sound: Provider, setup: Parts['setup']) => Partial<Provider>): ProviderType {
  const create: SoundType['create'] = (options, setup) => {
    const sound = soundProvider.create(options, setup);
    return { ...sound, ...own(sound, setup) };
  };
  return typeWith({ create });
}

/** The sound provider whose events are replaced. */
function eventsWith(change: (event: ChatEvent) => readonly ChatEvent[]): ProviderType {
  return methodsWith((sound) => ({
    async *chat(request, context) {
      for await (const event of sound.chat(request, context)) yield* change(event);
    },
  }));
}

/** How long checks of plugins that hang wait. The outcome does not depend on it. */
const SHORT = 100;

interface Fault {
  readonly name: string;
  readonly rule: string;
  readonly says: RegExp;
  readonly type: ProviderType;
  readonly patienceMs?: number;
}

const FAULTS: readonly Fault[] = [
  {
    name: 'a name with a space',
    rule: 'has-a-name',
    says: /Not so sound/,
    type: typeWith({ name: 'Not so sound' }),
  },
  {
    name: 'options that JSON Schema cannot say',
    rule: 'publishes-options',
    says: /cannot be represented/,
    type: typeWith({ options: soundProvider.options.extend({ since: z.date().optional() }) }),
  },
  {
    name: 'an option without a title',
    rule: 'explains-options',
    says: /option extra/,
    type: typeWith({ options: soundProvider.options.extend({ extra: z.string().optional() }) }),
  },
  {
    name: 'a secret that is not marked',
    rule: 'marks-secrets',
    says: /apiKey/,
    type: typeWith({ options: soundProvider.options.extend({ apiKey: z.string() }) }),
  },
  {
    name: 'options that take anything',
    rule: 'refuses-unknown-options',
    says: /strictObject/,
    type: typeWith({ options: z.looseObject(soundProvider.options.shape) }),
  },
  {
    name: 'a call in create',
    rule: 'starts-at-once',
    says: /before anybody asked/,
    type: partsWith(({ options, setup }) => {
      setup.http.send({ method: 'GET', url: options.baseUrl }).catch(() => {});
      return {};
    }),
  },
  {
    name: 'a lost piece',
    rule: 'answers',
    says: /"?'?Hello'?"?, got 'lo'/,
    type: eventsWith((event) => (event.type === 'block-delta' && event.delta === 'Hel' ? [] : [event])),
  },
  {
    name: 'a block that stays open',
    rule: 'answers',
    says: /grammar/,
    type: eventsWith((event) => (event.type === 'block-end' ? [] : [event])),
  },
  {
    name: 'a change of the request',
    rule: 'answers',
    says: /read only/,
    type: methodsWith((sound) => ({
      chat(request, context) {
        Object.assign(request, { stream: false });
        return sound.chat(request, context);
      },
    })),
  },
  {
    name: 'no usage',
    rule: 'reports-usage',
    says: /reportsUsage: false/,
    type: eventsWith((event) => (event.type === 'finish' ? [{ type: 'finish', reason: 'stop' }] : [event])),
  },
  {
    name: 'other models',
    rule: 'lists-models',
    says: /'sound'/,
    type: methodsWith(() => ({ models: async () => [{ id: 'silent' }] })),
  },
  {
    name: 'the wrong kind',
    rule: 'fails-by-kind',
    says: /expected 'rate-limit', got 'overloaded'/,
    type: partsWith(() => ({ fail: () => new GatewayError('overloaded', 'Busy.') })),
  },
  {
    name: 'a cut reply that ends well',
    rule: 'fails-by-kind',
    says: /does not fail/,
    type: methodsWith((sound) => ({
      async *chat(request, context) {
        try {
          yield* sound.chat(request, context);
        } catch {
          yield { type: 'finish', reason: 'stop' };
        }
      },
    })),
  },
  {
    name: 'events before an error',
    rule: 'fails-by-kind',
    says: /Events come before/,
    type: methodsWith((sound) => ({
      async *chat(request, context) {
        yield { type: 'ping' };
        yield* sound.chat(request, context);
      },
    })),
  },
  {
    name: 'a plain error',
    rule: 'fails-with-gateway-errors',
    says: /not a GatewayError/,
    type: partsWith(() => ({ fail: (status) => new Error(`Status ${status}`) })),
  },
  {
    name: 'trust in what comes',
    rule: 'fails-with-gateway-errors',
    says: /TypeError.* The case/s,
    type: partsWith(() => ({
      read(data) {
        const { text, done } = JSON.parse(data) as { text?: string; done?: boolean };
        return { text: done ? '' : (text as string).slice(0), ...(done && { done }) };
      },
    })),
  },
  {
    name: 'an error page that is taken for an answer',
    rule: 'survives-any-reply',
    says: /takes this for an answer/,
    type: methodsWith((sound) => ({
      async *chat(request, context) {
        try {
          yield* sound.chat(request, context);
        } catch {
          yield { type: 'start', id: '', model: '' };
          yield { type: 'finish', reason: 'stop' };
        }
      },
    })),
  },
  {
    name: 'a call that ignores its signal',
    rule: 'ends-when-aborted',
    says: /pass on `context.signal`/,
    type: partsWith(({ setup }) => ({ client: () => setup.http })),
    patienceMs: SHORT,
  },
  {
    name: 'an abort that looks like an end',
    rule: 'ends-when-aborted',
    says: /as if it were answered/,
    type: methodsWith((sound) => ({
      async *chat(request, context) {
        try {
          yield* sound.chat(request, context);
        } catch (error) {
          if (!context.signal.aborted) throw error;
          yield { type: 'start', id: '', model: '' };
          yield { type: 'finish', reason: 'stop' };
        }
      },
    })),
  },
  {
    name: 'an abort that ends the calls of others',
    rule: 'leaves-others-alone',
    says: /cancelled/,
    type: methodsWith((sound) => {
      const all = new Set<() => void>();
      return {
        async *chat(request, context) {
          const { promise, reject } = Promise.withResolvers<never>();
          promise.catch(() => {});
          const end = (): void => reject(new GatewayError('cancelled', 'Somebody left.'));
          all.add(end);
          context.signal.addEventListener('abort', () => all.forEach((one) => one()));
          const events = sound.chat(request, context)[Symbol.asyncIterator]();
          for (;;) {
            const next = await Promise.race([events.next(), promise]);
            if (next.done) return;
            yield next.value;
          }
        },
      };
    }),
  },
  {
    name: 'a reader that reads on alone',
    rule: 'lets-go',
    says: /not let go/,
    type: methodsWith((sound) => ({
      async *chat(request, context) {
        const events = sound.chat(request, context)[Symbol.asyncIterator]();
        for (;;) {
          const next = await events.next();
          if (next.done) return;
          yield next.value;
        }
      },
    })),
    patienceMs: SHORT,
  },
  {
    name: 'a secret in an error',
    rule: 'keeps-secrets',
    says: /The error contains/,
    type: partsWith(({ options }) => ({
      fail: () => new GatewayError('rate-limit', `Slow down, ${options.apiKey}.`),
    })),
  },
  {
    name: 'a secret in the log',
    rule: 'keeps-secrets',
    says: /The log contains/,
    type: partsWith(({ options, setup }) => ({
      fail() {
        setup.log.warn({ options }, 'It failed.');
        return new GatewayError('rate-limit', 'Slow down.');
      },
    })),
  },
  {
    name: 'a promise that nobody awaits',
    rule: 'leaves-no-strays',
    says: /nobody waited/,
    type: methodsWith((sound) => ({
      chat(request, context) {
        void Promise.reject(new Error('nobody waited'));
        return sound.chat(request, context);
      },
    })),
  },
  {
    name: 'an exception in a timer',
    rule: 'leaves-no-strays',
    says: /thrown by a timer/,
    type: methodsWith((sound) => ({
      chat(request, context) {
        setImmediate(() => {
          throw new Error('thrown by a timer');
        });
        return sound.chat(request, context);
      },
    })),
  },
  {
    name: 'a login of each call',
    rule: 'shares-login',
    says: /logged in 20 times/,
    type: partsWith(({ options, setup }) => {
      const get = (): Promise<string> => logIn(setup.http, options);
      return { tokens: { get, renew: get } };
    }),
  },
  {
    name: 'a login that ends with its first caller',
    rule: 'login-outlives-caller',
    says: /`http` of the setup/,
    type: partsWith(({ options }) => {
      let shared: Promise<string> | undefined;
      const get: Parts['tokens']['get'] = ({ http }) => (shared ??= logIn(http, options));
      return { tokens: { get, renew: (_, context) => get(context) } };
    }),
  },
  {
    name: 'a login of each call that is refused',
    rule: 'renews-login',
    says: /logged in 20 times/,
    type: partsWith(({ options, setup }) => {
      let shared: Promise<string> | undefined;
      return {
        tokens: {
          get: () => (shared ??= logIn(setup.http, options)),
          renew: () => logIn(setup.http, options),
        },
      };
    }),
  },
  {
    name: 'a login that failed for good',
    rule: 'retries-login',
    says: /The login was refused/,
    type: partsWith(({ options, setup }) => {
      let shared: Promise<string> | undefined;
      const get = (): Promise<string> => (shared ??= logIn(setup.http, options));
      return { tokens: { get, renew: get } };
    }),
  },
  {
    name: 'a close that hangs',
    rule: 'closes',
    says: /does not close/,
    type: methodsWith(() => ({ close: () => new Promise(() => {}) })),
    patienceMs: SHORT,
  },
];

it.each(FAULTS)('finds $name', async ({ rule, says, type, patienceMs }) => {
  const rules = [rule, ...(CHECKED_BY[rule] ?? [])];
  const problems = await checkProvider(contractOf(type, patienceMs), { only: rules });
  const found = problems.filter((problem) => problem.rule === rule).map(({ message }) => message);
  expect(found, JSON.stringify(problems)).toEqual(expect.arrayContaining([expect.stringMatching(says)]));
});

/** Rules without checks of their own: those of others find them. */
const CHECKED_BY: Readonly<Record<string, readonly string[]>> = {
  'fails-with-gateway-errors': ['fails-by-kind', 'survives-any-reply'],
  'keeps-secrets': ['fails-by-kind'],
  'leaves-no-strays': ['answers'],
  closes: ['starts-at-once'],
};

it('has a planted fault for every rule', () => {
  const rules = new Set([
    ...providerChecks(contractOf(soundProvider)).map(({ rule }) => rule),
    ...Object.keys(CHECKED_BY),
  ]);
  expect(new Set(FAULTS.map(({ rule }) => rule))).toEqual(rules);
});
