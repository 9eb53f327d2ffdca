import { type Plugin, type ProviderType, secret } from '@dragoman/plugin';
import { z } from 'zod';
import { BROKEN_CALLBACKS } from './callbacks.ts';
import { BROKEN, CREDENTIAL } from './providers.ts';

const PROVIDERS = { ...BROKEN, ...BROKEN_CALLBACKS };

const options = z.strictObject({ apiKey: secret(z.string()).optional() });

/** One plugin for each way to be broken, and observers. Plugin, provider and upstream have the same name. */
export function brokenPlugins(): readonly Plugin[] {
  const providers = Object.entries(PROVIDERS).map(([name, create]): Plugin => {
    const provider = {
      name,
      title: name,
      description: 'Broken.',
      options,
      create,
    } as unknown as ProviderType;
    return { name, providers: [provider] };
  });
  return [...providers, ...OBSERVERS];
}

/** Those that never say anything. What speaks has all the time that a busy machine takes. */
const SILENT = ['silent', 'silent-iterator', 'forward-hangs'];

/** Those that fall silent after they have begun. */
const SILENT_LATER = [
  'silent-later',
  'listener-throws',
  'listener-throws-installed',
  'listener-throws-text',
  'listener-rejects',
  'changes-context',
  'forward-body-hangs',
  'forward-stream-hangs',
];

/** An upstream of each of them. */
export function brokenUpstreams(names: readonly string[] = Object.keys(PROVIDERS)) {
  return names.map((name) => ({
    ...{ id: name, provider: name, options: { apiKey: CREDENTIAL } },
    ...(!name.startsWith('models-') && { models: { list: ['m'] } }),
    concurrency: { max: 1, queue: 0 },
    ...(SILENT.includes(name) && { timeouts: { headersMs: 150 } }),
    ...(SILENT_LATER.includes(name) && { timeouts: { idleMs: 150 } }),
  }));
}

const OBSERVERS: readonly Plugin[] = [
  {
    name: 'observer-throws',
    createObserver: () => ({
      observe() {
        throw new Error('observed and thrown');
      },
    }),
  },
  {
    name: 'observer-rejects',
    createObserver: () => ({
      async observe() {
        await Promise.resolve();
        throw new Error('observed and rejected');
      },
      close: () => Promise.reject(new Error('will not stop')),
    }),
  },
  {
    name: 'observer-create-throws',
    createObserver() {
      throw new Error('cannot observe');
    },
  },
  { name: 'observer-half', createObserver: () => ({}) as never },
];
