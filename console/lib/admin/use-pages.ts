import type { Answer, Call } from '@dragoman/core/admin-contract';
import useSWRInfinite, { type SWRInfiniteConfiguration } from 'swr/infinite';
import { pathOf } from './address.ts';
import type { ApiError } from './api-error.ts';
import type { ReadName } from './use-admin.ts';

export interface Pages<Page> {
  readonly pages: readonly Page[] | undefined;
  readonly error: ApiError | undefined;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly loadMore: () => void;
  /** Loads the first page again, and only that. */
  readonly refresh: () => void;
}

interface WithCursor {
  /** Where the next page begins; absent on the last. */
  readonly next?: string | number | undefined;
}

type Page<Name extends ReadName> = Answer<Name> & WithCursor;

type QueryOf<Name extends ReadName> =
  Call<Name> extends { readonly query?: infer Query } ? NonNullable<Query> : never;

/** The operations whose answers come in pages. */
type PagedName = {
  [Name in ReadName]: QueryOf<Name> extends { readonly cursor?: unknown } ? Name : never;
}[ReadName];

/** A list of the admin API that comes in pages. */
export function usePages<Name extends PagedName>(
  name: Name,
  query: Omit<QueryOf<Name>, 'cursor'>,
  options: SWRInfiniteConfiguration = {},
): Pages<Answer<Name>> {
  const { data, error, size, setSize, isValidating, mutate } = useSWRInfinite<Page<Name>, ApiError>(
    (page, previous: Page<Name> | null) =>
      page > 0 && previous?.next === undefined
        ? null
        : pathOf(name, { query: { ...query, cursor: previous?.next } }),
    { revalidateFirstPage: false, ...options },
  );
  const hasMore = data?.at(-1)?.next !== undefined;
  return {
    pages: data,
    error,
    hasMore,
    isLoading: isValidating,
    loadMore: () => {
      if (hasMore && !isValidating) void setSize(size + 1);
    },
    refresh: () => {
      void setSize(1).then(() => mutate());
    },
  };
}
