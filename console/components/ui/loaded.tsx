'use client';

import type { ReactNode } from 'react';
import type { SWRResponse } from 'swr';
import { useTranslations } from 'use-intl';
import { messageOf } from '../../lib/admin/api-error.ts';
import { Notice } from './notice.tsx';
import { Skeleton } from './skeleton.tsx';

interface LoadedProps<T> {
  readonly of: Pick<SWRResponse<T, Error>, 'data' | 'error'> & { readonly mutate: () => unknown };
  readonly lines?: number;
  readonly children: (data: T) => ReactNode;
}

/** What is loaded, or that it is on its way, or why it did not come. Old data stays while a refresh fails. */
export function Loaded<T>({ of: { data, error, mutate }, lines = 4, children }: LoadedProps<T>) {
  const t = useTranslations('common');
  return (
    <>
      {error !== undefined && (
        <div className="mb-3">
          <Notice kind="error" onRetry={() => void mutate()}>
            {data === undefined ? messageOf(error) : t('stale', { message: messageOf(error) })}
          </Notice>
        </div>
      )}
      {data === undefined && error === undefined && <Skeleton lines={lines} />}
      {data !== undefined && children(data)}
    </>
  );
}
