'use client';

import type { ReactNode } from 'react';
import { SWRConfig, useSWRConfig } from 'swr';
import { pathOf } from './address.ts';
import { ApiError } from './api-error.ts';
import { read } from './call.ts';

const SESSION = pathOf('GET /session');

const isRefusal = (error: unknown): boolean => error instanceof ApiError && error.status === 401;

/** Loads through the admin API. A session that ends while a page is open ends the page's too. */
export function DataProvider({ children }: { readonly children: ReactNode }) {
  const { mutate } = useSWRConfig();
  return (
    <SWRConfig
      value={{
        fetcher: read,
        keepPreviousData: true,
        shouldRetryOnError: (error) => !isRefusal(error),
        onError(error, key) {
          if (isRefusal(error) && key !== SESSION) void mutate(SESSION);
        },
      }}
    >
      {children}
    </SWRConfig>
  );
}
