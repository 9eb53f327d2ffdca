'use client';

import type { Call } from '@dragoman/core/admin-contract';
import type { ReactNode } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { download } from '../../lib/admin/download.ts';

interface DownloadButtonProps {
  readonly query: Call<'GET /traces/export'>['query'];
  readonly children: ReactNode;
}

export function DownloadButton({ query = {}, children }: DownloadButtonProps) {
  return (
    <Button kind="quiet" isSmall onClick={() => void download('GET /traces/export', { query })}>
      {children}
    </Button>
  );
}
