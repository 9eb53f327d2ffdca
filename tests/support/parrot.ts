import { defineProvider, GatewayError, type Plugin, secret } from '@dragoman/plugin';
import { z } from 'zod';

/** What has happened to the parrots. */
export interface ParrotDiary {
  /** The key of every call, newest last. */
  readonly keys: (string | undefined)[];
  closed: number;
  /** Whether nobody answers. */
  isDown?: boolean;
}

/** Providers for tests of what stands around providers: one that says its word, and one that lists no models. */
export function createParrots(diary: ParrotDiary): Plugin {
  const create = ({ word = '…', apiKey }: { word?: string; apiKey?: string | undefined }) => ({
    async *chat({ model }: { readonly model: string }) {
      diary.keys.push(apiKey);
      if (model === 'deaf') throw new GatewayError('upstream-model', 'This parrot is deaf.');
      yield { type: 'start', id: 'reply', model } as const;
      yield { type: 'block-start', index: 0, block: { type: 'text' } } as const;
      yield { type: 'block-delta', index: 0, delta: word } as const;
      yield { type: 'block-end', index: 0 } as const;
      yield { type: 'finish', reason: 'stop' } as const;
    },
    close() {
      diary.closed++;
      return Promise.resolve();
    },
  });
  const parrot = defineProvider({
    name: 'parrot',
    title: 'Parrot',
    description: 'Says its word.',
    options: z.strictObject({
      word: z.string().min(1).meta({ title: 'Word' }),
      pitch: z.int().default(1),
      apiKey: secret(z.string().optional()).meta({ title: 'API key' }),
    }),
    create: (options) => ({
      ...create(options),
      models() {
        diary.keys.push(options.apiKey);
        if (diary.isDown)
          return Promise.reject(new GatewayError('upstream-unreachable', 'The parrot is gone.'));
        if (options.apiKey === 'wrong')
          return Promise.reject(new GatewayError('upstream-auth', 'The parrot refused the key.'));
        return Promise.resolve([{ id: 'grey' }, { id: 'green' }]);
      },
    }),
  });
  const owl = defineProvider({
    name: 'owl',
    title: 'Owl',
    description: 'Does not tell its models.',
    options: z.strictObject({}),
    create: () => create({ word: 'Hoo.' }),
  });
  return { name: 'birds', providers: [parrot, owl] };
}
