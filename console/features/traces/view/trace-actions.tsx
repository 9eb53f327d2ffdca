'use client';

import { Download, FlaskConical, Repeat, Trash2 } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { toast } from 'sonner';
import { useTranslations } from 'use-intl';
import { Button, buttonClass, IconButton } from '../../../components/ui/button.tsx';
import { CopyButton } from '../../../components/text/copy-button.tsx';
import { Menu } from '../../../components/ui/menu.tsx';
import { messageOf } from '../../../lib/admin/api-error.ts';
import { callAdmin } from '../../../lib/admin/call.ts';
import { download } from '../../../lib/admin/download.ts';
import type { Trace, TraceDetail } from '../../../lib/admin/types.ts';
import { useClientOrigin } from '../../../lib/use-client-origin.ts';
import { curlOf } from './curl.ts';
import { ReplayDialog } from './replay-dialog.tsx';

/** What can be done with a trace. Without its bodies that is little, and the page says why. */
export function TraceActions({
  trace,
  detail,
}: {
  readonly trace: Trace;
  readonly detail: TraceDetail | undefined;
}) {
  const t = useTranslations('trace');
  const router = useRouter();
  const originOf = useClientOrigin();
  const [isReplaying, setReplaying] = useState(false);
  const params = { id: trace.id };
  const remove = async (): Promise<void> => {
    if (!window.confirm(t('removeSure'))) return;
    try {
      await callAdmin('DELETE /traces/:id', { params });
      router.push('/traces/');
    } catch (error) {
      toast.error(messageOf(error));
    }
  };
  return (
    <div className="flex flex-wrap items-center gap-2">
      {detail?.request.body && (
        <>
          <Button kind="quiet" isSmall onClick={() => setReplaying(true)}>
            <Repeat size={14} aria-hidden /> {t('replay')}
          </Button>
          {detail.asked && (
            <Link
              className={buttonClass('quiet', true)}
              href={`/playground/?trace=${encodeURIComponent(trace.id)}`}
            >
              <FlaskConical size={14} aria-hidden /> {t('toPlayground')}
            </Link>
          )}
          <CopyButton label="curl" text={() => curlOf(trace, detail, originOf())} />
        </>
      )}
      <Menu
        trigger={
          <IconButton label={t('export')}>
            <Download size={18} />
          </IconButton>
        }
        items={[
          { label: 'JSON', onSelect: () => void download('GET /traces/:id/export', { params }) },
          {
            label: 'HAR',
            onSelect: () => void download('GET /traces/:id/export', { params, query: { format: 'har' } }),
          },
        ]}
      />
      <IconButton label={t('remove')} onClick={() => void remove()}>
        <Trash2 size={18} />
      </IconButton>
      {detail && isReplaying && (
        <ReplayDialog trace={trace} detail={detail} onClose={() => setReplaying(false)} />
      )}
    </div>
  );
}
