'use client';

import Link from 'next/link';
import { useTranslations } from 'use-intl';
import { Empty } from '../../components/ui/empty.tsx';
import { Loaded } from '../../components/ui/loaded.tsx';
import { Table } from '../../components/ui/table.tsx';
import { useFormats } from '../../lib/format.ts';
import { threadLink } from './thread/thread-page.tsx';
import { useAdmin } from '../../lib/admin/use-admin.ts';

/** Conversations; each opens as the list of its requests. */
export function ThreadTable() {
  const t = useTranslations('traces');
  const formats = useFormats();
  const threads = useAdmin('GET /threads', { query: { limit: 200 } });
  return (
    <Loaded of={threads} lines={8}>
      {(rows) =>
        rows.length === 0 ? (
          <Empty title={t('noThreads')}>
            <p>{t('noThreadsHint')}</p>
          </Empty>
        ) : (
          <Table
            label={t('threads')}
            columns={[
              {
                name: t('thread'),
                cell: ({ thread }) => (
                  <Link
                    className="font-medium text-accent underline-offset-2 hover:underline"
                    href={threadLink(thread)}
                  >
                    {thread}
                  </Link>
                ),
              },
              {
                name: t('requests'),
                cell: ({ requests, errors }) =>
                  `${formats.number(requests)}${errors > 0 ? ` (${t('errorCount', { count: errors })})` : ''}`,
              },
              { name: t('calls'), cell: ({ toolCalls }) => formats.number(toolCalls), isWide: true },
              {
                name: t('tokens'),
                cell: (row) => `${formats.compact(row.inputTokens)} → ${formats.compact(row.outputTokens)}`,
                isWide: true,
              },
              { name: t('cost'), cell: ({ cost }) => formats.money(cost), isWide: true },
              { name: t('lastActivity'), cell: ({ lastAt }) => formats.ago(lastAt) },
            ]}
            rows={rows}
            keyOf={({ thread }) => thread}
          />
        )
      }
    </Loaded>
  );
}
