'use client';

import { toast } from 'sonner';
import { useTranslations } from 'use-intl';
import { Badge } from '../../components/ui/badge.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Loaded } from '../../components/ui/loaded.tsx';
import { Panel } from '../../components/ui/panel.tsx';
import { Table } from '../../components/ui/table.tsx';
import { messageOf } from '../../lib/admin/api-error.ts';
import { callAdmin } from '../../lib/admin/call.ts';
import { useFormats } from '../../lib/format.ts';
import { describeBrowser } from './describe-browser.ts';
import { useAdmin } from '../../lib/admin/use-admin.ts';

/** The browsers that are signed in. All except the current one can be signed out here. */
export function SignIns() {
  const t = useTranslations('signIns');
  const formats = useFormats();
  const list = useAdmin('GET /sessions');
  const end = async (ending: Promise<unknown>): Promise<void> => {
    try {
      await ending;
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
          <Button kind="danger" isSmall onClick={() => void end(callAdmin('DELETE /sessions'))}>
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
                      onClick={() => void end(callAdmin('DELETE /sessions/:id', { params: { id } }))}
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
