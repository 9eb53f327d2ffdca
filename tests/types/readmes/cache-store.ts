import { describeStore } from '@dragoman/plugin-cache/testing';
import { createMyStore } from './my-store.ts';

describeStore('my store', {
  open: async (bounds, clock) => ({ store: createMyStore(bounds, clock) }),
});
