import { createHash, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CacheStore, StoreBounds, StoreClock } from '../store/store.ts';

/** A store that is checked, with what belongs to it. */
export interface StoreUnderTest {
  readonly store: CacheStore;
  /** Opens another store on the same data, after the first one was closed. Absent: its data do not outlive it. */
  readonly reopen?: () => CacheStore;
  /** Removes what the test left. */
  readonly remove?: () => Promise<void>;
}

export interface StoreSuite {
  /** Opens an empty store with these bounds, whose time is the clock's. */
  readonly open: (bounds: StoreBounds, clock: StoreClock) => Promise<StoreUnderTest>;
  /** Whether time passes by the given clock. `false` for a store that has its own, such as a server. Default: true. */
  readonly heedsClock?: boolean;
  /** Whether the store itself keeps within the bounds, by forgetting what was not used longest. Default: true. */
  readonly heedsBounds?: boolean;
}

const START = 1_800_000_000_000;
const MIB = 1024 * 1024;

/** A key as the cache makes them. */
export function storeKey(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

const [a, b] = [storeKey('a'), storeKey('b')] as const;

/** What every store of the cache must do. */
export function describeStore(
  name: string,
  { open, heedsClock = true, heedsBounds = true }: StoreSuite,
): void {
  describe(name, () => {
    let now = START;
    let tested: StoreUnderTest | undefined;
    const clock = { now: () => now };
    const begin = async (bounds: Partial<StoreBounds> = {}): Promise<CacheStore> => {
      tested = await open({ maxEntries: 100, maxBytes: MIB, ...bounds }, clock);
      return tested.store;
    };
    beforeEach(() => void (now = START));
    afterEach(async () => {
      await tested?.store.close();
      await tested?.remove?.();
      tested = undefined;
    });

    it('finds what was set, and nothing else', async () => {
      const store = await begin();
      await store.set(a, 'one', 1000);
      expect((await store.get(a))?.text).toBe('one');
      expect(await store.get(b)).toBeUndefined();
    });

    it('keeps any text', async () => {
      const store = await begin();
      const text = `{"text":"wörld 👩‍👩‍👧 \\u0000 \u2028"}\n${'x'.repeat(100_000)}`;
      await store.set(a, text, 1000);
      expect((await store.get(a))?.text).toBe(text);
    });

    it('puts a later text in the place of an earlier one', async () => {
      const store = await begin();
      await store.set(a, 'one', 1000);
      await store.set(a, 'two', 2000);
      await store.set(a, 'three', 2000);
      expect((await store.get(a))?.text).toBe('three');
      await store.delete(a);
      expect(await store.get(a)).toBeUndefined();
    });

    it('keeps one of several texts that are set at once', async () => {
      const store = await begin();
      const texts = Array.from({ length: 20 }, () => randomUUID());
      await Promise.all(texts.map((text, index) => store.set(a, text, 1000 + index)));
      expect(texts).toContain((await store.get(a))?.text);
    });

    it('forgets what it is told to forget', async () => {
      const store = await begin();
      await store.set(a, 'one', 1000);
      await store.set(b, 'two', 1000);
      await store.delete(a);
      await store.delete(storeKey('c'));
      expect(await store.get(a)).toBeUndefined();
      expect((await store.get(b))?.text).toBe('two');
    });

    it('says how long a text will be kept', async () => {
      const store = await begin();
      await store.set(a, 'one', 60_000);
      const left = (await store.get(a))?.leftMs ?? 0;
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(60_000);
    });

    it('finds its texts again after it was closed and opened, if they outlive it', async () => {
      const store = await begin();
      if (!tested?.reopen) return;
      await store.set(a, 'one', 1000);
      const pending = store.set(b, 'two', 1000);
      await store.close();
      await pending;
      const next = tested.reopen();
      tested = { ...tested, store: next };
      expect((await next.get(a))?.text).toBe('one');
      expect((await next.get(b))?.text).toBe('two');
    });

    if (heedsClock) checkTime(begin, (ms) => void (now += ms));
    if (heedsBounds) checkBounds(begin);
  });
}

type Begin = (bounds?: Partial<StoreBounds>) => Promise<CacheStore>;

function checkTime(begin: Begin, pass: (ms: number) => void): void {
  it('finds a text for as long as was said, and no longer', async () => {
    const store = await begin();
    await store.set(a, 'one', 1000);
    pass(999);
    expect(await store.get(a)).toEqual({ text: 'one', leftMs: 1 });
    pass(1);
    expect(await store.get(a)).toBeUndefined();
    pass(-1);
    expect(await store.get(a)).toBeUndefined();
  });
}

function checkBounds(begin: Begin): void {
  it('holds no more texts than it may, and keeps those that are used', async () => {
    const store = await begin({ maxEntries: 3 });
    for (const name of ['1', '2', '3']) await store.set(storeKey(name), name, 1000);
    await store.get(storeKey('1'));
    await store.set(storeKey('4'), '4', 1000);
    const found = await Promise.all(['1', '2', '3', '4'].map((name) => store.get(storeKey(name))));
    expect(found.map((one) => one?.text)).toEqual(['1', undefined, '3', '4']);
  });

  it('holds no more bytes than it may', async () => {
    const store = await begin({ maxBytes: 64 * 1024 });
    const keys = Array.from({ length: 20 }, (_, index) => storeKey(String(index)));
    for (const key of keys) await store.set(key, 'x'.repeat(8000), 1000);
    const found = await Promise.all(keys.map((key) => store.get(key)));
    const held = found.filter((one) => one !== undefined).length;
    expect(held).toBeGreaterThan(0);
    expect(held * 8000).toBeLessThanOrEqual(64 * 1024);
    expect(found.at(-1)?.text).toHaveLength(8000);
  });

  it('does not keep a text that is too large, nor the one before it', async () => {
    const store = await begin({ maxBytes: 64 * 1024 });
    await store.set(a, 'one', 1000);
    await store.set(b, 'two', 1000);
    await store.set(a, 'x'.repeat(65 * 1024), 1000);
    expect(await store.get(a)).toBeUndefined();
    expect((await store.get(b))?.text).toBe('two');
  });
}
