import type { JsonObject } from '@dragoman/plugin';
import type { RunningGateway } from './gateway.ts';

/** A client key of a test, and what is counted of its limits. */
export interface LimitedKey {
  readonly secret: string;
  /** Resolves when nothing of the key runs any more. */
  charged(): Promise<Charged>;
}

export interface Charged {
  readonly tokens: number;
  /** US dollars. */
  readonly cost: number;
}

interface LimitsView {
  readonly kind: string;
  readonly id: string;
  readonly uses: readonly { readonly name: string; readonly used: number }[];
}

/** Makes a key whose limits are out of reach, unless they are given. */
export async function createLimitedKey(gateway: RunningGateway, own: JsonObject = {}): Promise<LimitedKey> {
  const limits = { concurrentRequests: 1_000, tokensPerDay: 1e9, costTotal: 1e6, ...own };
  const made = await gateway.admin<{ readonly key: { readonly id: string }; readonly secret: string }>(
    'POST',
    '/keys',
    { name: 'limited', limits },
  );
  return {
    secret: made.secret,
    async charged() {
      for (;;) {
        const { running, ...charged } = await readUses(gateway, made.key.id);
        if (running === 0) return charged;
      }
    },
  };
}

async function readUses(
  gateway: RunningGateway,
  key: string,
): Promise<Charged & { readonly running: number }> {
  const all = await gateway.admin<readonly LimitsView[]>('GET', '/limits');
  const uses = all.find(({ kind, id }) => kind === 'key' && id === key)?.uses ?? [];
  const usedOf = (limit: string): number => uses.find(({ name }) => name === limit)?.used ?? 0;
  return {
    running: usedOf('concurrentRequests'),
    tokens: usedOf('tokensPerDay'),
    cost: usedOf('costTotal'),
  };
}
