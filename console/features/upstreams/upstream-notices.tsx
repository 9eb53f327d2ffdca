'use client';

import { Notice } from '../../components/ui/notice.tsx';
import type { Upstream } from '../../lib/admin/types.ts';
import { FileNotice } from './file-notice.tsx';

/** Where an upstream is changed when not here, and why it cannot be used. */
export function UpstreamNotices({ upstream }: { readonly upstream: Upstream }) {
  return (
    <>
      {upstream.origin === 'file' && <FileNotice upstream={upstream} />}
      {upstream.failure !== null && <Notice kind="error">{upstream.failure}</Notice>}
    </>
  );
}
