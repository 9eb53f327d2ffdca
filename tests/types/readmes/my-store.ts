import type { CacheStore, StoreBounds, StoreClock } from '@dragoman/plugin-cache';

export declare function createMyStore(bounds: StoreBounds, clock: StoreClock): CacheStore;
