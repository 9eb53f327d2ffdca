'use client';

import type { ReactNode } from 'react';
import { toast } from 'sonner';
import { Button } from '../../components/ui/button.tsx';
import { messageOf } from '../../lib/api.ts';
import { download } from '../../lib/download.ts';

export function DownloadButton({ path, children }: { readonly path: string; readonly children: ReactNode }) {
  const save = (): Promise<unknown> =>
    download(path).catch((error: unknown) => toast.error(messageOf(error)));
  return (
    <Button kind="quiet" isSmall onClick={() => void save()}>
      {children}
    </Button>
  );
}
