'use client';

import type { ReactNode } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { download } from '../../lib/download.ts';

export function DownloadButton({ path, children }: { readonly path: string; readonly children: ReactNode }) {
  return (
    <Button kind="quiet" isSmall onClick={() => void download(path)}>
      {children}
    </Button>
  );
}
