'use client';

import { toast } from 'sonner';
import useSWR from 'swr';
import { useTranslations } from 'use-intl';
import { Badge } from '../../components/ui/badge.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Loaded } from '../../components/ui/loaded.tsx';
import { Panel } from '../../components/ui/panel.tsx';
import { Table } from '../../components/ui/table.tsx';
import { call, messageOf } from '../../lib/api.ts';
import { useFormats } from '../../lib/format.ts';
import type { SignIn } from '../../lib/types.ts';
import { describeBrowser } from './describe-browser.ts';

/** The browsers that are signed in. All except the current one can be signed out here. */
export function SignIns() {
  const t = useTranslations('signIns');
  const formats = useFormats();
  const list = useSWR<readonly SignIn[], Error>('/sessions');
  const end = async (path: string): Promise<void> => {
    try {
      await call('DELETE', path);
      toast.success(t('ended'));
    } catch (error) {
      toast.error(messageOf(error));
    }
    await list.mutate();
  };
  const hasOthers = list.data?.some(({ isCurrent }) => !isCurrent) ?? false;
  return (
    <Panel
      title={t('title')}
      action={
        hasOthers && (
          <Button kind="danger" isSmall onClick={() => void end('/sessions')}>
            {t('endOthers')}
          </Button>
        )
      }
    >
      <p className="mb-3 text-sm text-quiet">{t('hint')}</p>
      <Loaded of={list}>
        {(rows) => (
          <Table
            label={t('title')}
            columns={[
              {
                name: t('browser'),
                cell: ({ userAgent, lastUsedAt }) => (
                  <>
                    <span title={userAgent}>{describeBrowser(userAgent)}</span>
                    <div className="text-xs text-quiet lg:hidden">{formats.ago(Date.parse(lastUsedAt))}</div>
                  </>
                ),
              },
              {
                name: t('address'),
                isOneLine: true,
                cell: ({ address }) => <code className="font-mono">{address}</code>,
              },
              { name: t('method'), isWide: true, cell: ({ method }) => t(`methods.${method}`) },
              {
                name: t('signedIn'),
                isWide: true,
                isOneLine: true,
                cell: ({ createdAt }) => formats.dateTime(Date.parse(createdAt)),
              },
              {
                name: t('lastUsed'),
                isWide: true,
                isOneLine: true,
                cell: ({ lastUsedAt }) => formats.ago(Date.parse(lastUsedAt)),
              },
              {
                name: <span className="sr-only">{t('actions')}</span>,
                cell: ({ id, isCurrent, userAgent }) =>
                  isCurrent ? (
                    <Badge tone="good">{t('current')}</Badge>
                  ) : (
                    <Button
                      kind="quiet"
                      isSmall
                      aria-label={t('endThis', { browser: describeBrowser(userAgent) })}
                      onClick={() => void end(`/sessions/${encodeURIComponent(id)}`)}
                    >
                      {t('end')}
                    </Button>
                  ),
              },
            ]}
            rows={rows}
            keyOf={({ id }) => id}
          />
        )}
      </Loaded>
    </Panel>
  );
}
