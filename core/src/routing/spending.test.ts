import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NONE, toAmount } from '../limits/amount.ts';
import { openLedger } from '../limits/ledger.ts';
import { createLimiter } from '../limits/limiter.ts';
import { createMemoryCoordinator } from '../limits/memory-coordinator.ts';
import { createPrices } from '../limits/prices.ts';
import { admit } from './admission.ts';
import type { Exchange } from './exchange.ts';
import { Meter } from '../metering/meter.ts';
import type { Upstream } from '../upstreams/upstream.ts';

const now = (): number => 0;
const prices = createPrices(() => ({ table: {}, unknown: 'allow' }), now);
const subject = { kind: 'key', id: 'k', limits: { concurrentRequests: 1, tokensPerDay: 1_000 } } as const;
const reserved = toAmount(50);
const demand = () => ({ input: reserved, output: NONE, cost: NONE, mostCost: NONE });

/** A request that ends with these replies. */
function requestOf(meters: readonly Meter[]): { readonly exchange: Exchange; end(): Promise<void> } {
  const endings: (() => Promise<void>)[] = [];
  const record = { meters, served: meters[0], estimate: () => ({ input: 3, output: 0, choices: 1 }) };
  const exchange = { record, onEnd: (ending: () => Promise<void>) => endings.push(ending) };
  return {
    exchange: exchange as unknown as Exchange,
    async end() {
      for (const ending of endings) await ending();
    },
  };
}

function meterOf(reply: string): Meter {
  const meter = new Meter(
    { upstream: { config: { id: 'u', options: {} }, type: {} } as Upstream, model: 'm' },
    true,
  );
  meter.countAs('text');
  meter.wants({ 'content-type': 'application/json' });
  meter.push(Buffer.from(reply));
  meter.end();
  return meter;
}

const uncountable = (): Meter =>
  Object.assign(meterOf('{}'), {
    usage() {
      throw new RangeError('Maximum call stack size exceeded');
    },
  });

describe('a request whose reply cannot be counted', () => {
  it('gives its place back, and is charged at least what was reserved', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dragoman-spending-'));
    const ledger = await openLedger({ folder, log: console, now });
    const limiter = createLimiter(createMemoryCoordinator({ now, ledger }), now);
    const deps = { limiter, prices, clock: { now } };
    const charged = async (meters: readonly Meter[]): Promise<readonly number[]> => {
      const { exchange, end } = requestOf(meters);
      await admit(subject, { exchange, demand, candidates: [] }, deps);
      await end();
      return (await limiter.uses(subject)).map(({ used }) => used);
    };
    expect(await charged([uncountable()])).toEqual([0, 50]);
    // What can be counted still is.
    const answer = meterOf(JSON.stringify({ text: 'x'.repeat(400) }));
    expect(await charged([uncountable(), answer])).toEqual([0, 50 + 103]);
    expect(await charged([meterOf('{}')])).toEqual([0, 50 + 103 + 3]);
    await limiter.close();
    await rm(folder, { recursive: true, force: true });
  });
});
