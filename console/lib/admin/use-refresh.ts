import { useSWRConfig } from 'swr';
import type { Call } from '@dragoman/core/admin-contract';
import { pathOf } from './address.ts';
import type { ReadName } from './use-admin.ts';

/** The operations that can be read without saying more. */
type PlainName = { [Name in ReadName]: object extends Call<Name> ? Name : never }[ReadName];

/** Loads again what these operations answer, wherever it is shown. */
export function useRefresh(): (...names: readonly PlainName[]) => Promise<void> {
  const { mutate } = useSWRConfig();
  return async (...names) => {
    await Promise.all(names.map((name) => mutate(pathOf(name))));
  };
}
