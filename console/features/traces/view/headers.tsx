'use client';

import { useTranslations } from 'use-intl';
import { Table } from '../../../components/ui/table.tsx';
import type { Trace, TraceDetail } from '../../../lib/admin/types.ts';

type HeaderMap = TraceDetail['reply']['headers'];

/** The headers of both sides; those that prove who somebody is are left out. */
export function Headers({ trace, detail }: { readonly trace: Trace; readonly detail: TraceDetail }) {
  const t = useTranslations('headers');
  return (
    <div className="grid gap-5">
      <HeaderTable title={t('request')} headers={detail.request.headers} />
      {detail.exchanges.map((exchange, at) => {
        const upstream = trace.attempts[exchange.attempt]?.upstream ?? '';
        return (
          <div key={at} className="grid gap-5">
            <HeaderTable title={t('sent', { upstream, url: exchange.url })} headers={exchange.headers} />
            {exchange.replyHeaders && (
              <HeaderTable
                title={t('received', { upstream, status: exchange.status ?? 0 })}
                headers={exchange.replyHeaders}
              />
            )}
          </div>
        );
      })}
      <HeaderTable title={t('reply')} headers={detail.reply.headers} />
    </div>
  );
}

function HeaderTable({ title, headers }: { readonly title: string; readonly headers: HeaderMap }) {
  const t = useTranslations('headers');
  return (
    <section className="min-w-0">
      <h3 className="mb-1.5 text-sm font-medium wrap-anywhere">{title}</h3>
      <Table
        label={title}
        columns={[
          { name: t('name'), cell: ([name]) => <code className="font-mono text-xs">{name}</code> },
          { name: t('value'), cell: ([, value]) => <code className="font-mono text-xs">{value}</code> },
        ]}
        rows={Object.entries(headers)}
        keyOf={([name]) => name}
      />
    </section>
  );
}
