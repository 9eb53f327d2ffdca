import useSWRInfinite, { type SWRInfiniteConfiguration } from 'swr/infinite';

export interface Pages<Page> {
  readonly pages: readonly Page[] | undefined;
  readonly error: Error | undefined;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly loadMore: () => void;
  /** Loads the first page again, and only that. */
  readonly refresh: () => void;
}

interface WithCursor {
  readonly next?: string | number | undefined;
}

/** A list of the admin API that comes in pages. `pathOf` gets the cursor of the page before. */
export function usePages<Page extends WithCursor>(
  pathOf: (cursor: Page['next']) => string,
  options: SWRInfiniteConfiguration = {},
): Pages<Page> {
  const { data, error, size, setSize, isValidating, mutate } = useSWRInfinite<Page, Error>(
    (page, previous: Page | null) =>
      page > 0 && previous?.next === undefined ? null : pathOf(previous?.next),
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
