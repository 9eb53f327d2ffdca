'use client';

import Link from 'next/link';
import { parseAsString, useQueryState } from 'nuqs';
import { useTranslations } from 'use-intl';
import { Empty } from '../../../components/ui/empty.tsx';
import { Loaded } from '../../../components/ui/loaded.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { Panel } from '../../../components/ui/panel.tsx';
import { Tabs } from '../../../components/ui/tabs.tsx';
import { messageOf } from '../../../lib/admin/api-error.ts';
import type { Trace, TraceDetail } from '../../../lib/admin/types.ts';
import { Changes } from './changes.tsx';
import { Conversation } from './conversation.tsx';
import { Headers } from './headers.tsx';
import { RawStreams } from './raw-streams.tsx';
import { HookCalls } from './hook-calls.tsx';
import { Routing } from './routing.tsx';
import { Summary } from './summary.tsx';
import { ToolCalls } from './tool-calls.tsx';
import { TraceActions } from './trace-actions.tsx';
import { Waterfall } from './waterfall.tsx';
import { useAdmin } from '../../../lib/admin/use-admin.ts';

/** Everything about one request. Its id is in the query: a page that is built ahead cannot know it. */
export function TraceViewPage() {
  const t = useTranslations('trace');
  const [id] = useQueryState('id', parseAsString.withDefault(''));
  const trace = useAdmin('GET /traces/:id', id === '' ? null : { params: { id } }, {
    refreshInterval: (latest) => (latest?.outcome === 'running' ? 1_000 : 0),
  });
  if (id === '' || trace.error?.status === 404) {
    return (
      <Empty title={t('unknown')}>
        <p>{t('unknownHint')}</p>
        <Link className="text-accent underline" href="/traces/">
          {t('all')}
        </Link>
      </Empty>
    );
  }
  return (
    <Loaded of={trace} lines={12}>
      {(found) => <TraceView key={found.id} trace={found} />}
    </Loaded>
  );
}

function TraceView({ trace }: { readonly trace: Trace }) {
  const t = useTranslations('trace');
  const isKept = trace.bodies === 'kept';
  const { data: detail, error } = useAdmin(
    'GET /traces/:id/detail',
    isKept ? { params: { id: trace.id } } : null,
    { revalidateOnFocus: false },
  );
  const { data: page } = useAdmin(
    'GET /tool-calls',
    isKept ? { query: { trace: trace.id, limit: 500 } } : null,
  );
  const calls = page?.calls.toReversed() ?? [];
  const [tab, setTab] = useQueryState('tab', parseAsString.withDefault(''));
  const withDetail = (content: (value: TraceDetail) => React.ReactNode): React.ReactNode => {
    if (detail) return content(detail);
    if (error) return <Notice kind="error">{messageOf(error)}</Notice>;
    return isKept ? null : <Notice kind="hint">{t(`noBodies.${trace.bodies ?? 'gateway'}`)}</Notice>;
  };
  const first = calls.length > 0 ? 'calls' : isKept ? 'conversation' : 'routing';
  return (
    <div className="grid gap-4">
      <header className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <Link className="text-sm text-quiet hover:text-ink" href="/traces/">
            ← {t('all')}
          </Link>
          <h1 className="font-mono text-lg font-semibold wrap-anywhere">{trace.id}</h1>
        </div>
        <TraceActions trace={trace} detail={detail} />
      </header>
      <Summary trace={trace} />
      <Panel title={t('timeline')}>
        <Waterfall trace={trace} calls={calls} />
      </Panel>
      <Panel>
        <Tabs
          label={t('parts')}
          value={tab === '' ? first : tab}
          onChange={(value) => void setTab(value)}
          tabs={[
            {
              value: 'calls',
              label: t('calls', { count: calls.length }),
              content: withDetail((value) => <ToolCalls calls={calls} detail={value} />),
            },
            {
              value: 'conversation',
              label: t('conversation'),
              content: withDetail((value) => <Conversation detail={value} />),
            },
            {
              value: 'changes',
              label: t('changes'),
              content: withDetail((value) => <Changes trace={trace} detail={value} />),
            },
            {
              value: 'raw',
              label: t('raw'),
              content: withDetail((value) => <RawStreams trace={trace} detail={value} />),
            },
            {
              value: 'headers',
              label: t('headers'),
              content: withDetail((value) => <Headers trace={trace} detail={value} />),
            },
            { value: 'routing', label: t('routing'), content: <Routing trace={trace} /> },
            ...(trace.hooks
              ? [
                  {
                    value: 'hooks',
                    label: t('hooks'),
                    content: <HookCalls calls={trace.hooks} changes={detail?.changes ?? []} />,
                  },
                ]
              : []),
          ]}
        />
      </Panel>
    </div>
  );
}
