import type { Answer } from '@dragoman/core/admin-contract';
import { type MutatorOptions, useSWRConfig } from 'swr';
import { pathOf } from './address.ts';
import type { ReadName } from './use-admin.ts';

interface Row {
  readonly id: string;
}

/** The operations that list rows with an id. */
type ListName = { [Name in ReadName]: Answer<Name> extends readonly Row[] ? Name : never }[ReadName];

/** Shows a change of one row of a list at once, takes the gateway's answer, and goes back when it refuses. */
export function usePatch<Name extends ListName>(
  name: Name,
  options: Pick<MutatorOptions, 'revalidate'> = {},
) {
  const { mutate } = useSWRConfig();
  return async (
    change: Partial<Answer<Name>[number]> & Row,
    answer: Promise<Answer<Name>[number]>,
  ): Promise<void> => {
    await mutate<readonly Answer<Name>[number][], Answer<Name>[number]>(pathOf(name), answer, {
      optimisticData: (all = []) => all.map((one) => (one.id === change.id ? { ...one, ...change } : one)),
      populateCache: (changed, all = []) => all.map((one) => (one.id === changed.id ? changed : one)),
      rollbackOnError: true,
      ...options,
    });
  };
}
