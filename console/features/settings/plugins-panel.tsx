'use client';

import { useTranslations } from 'use-intl';
import { Badge } from '../../components/ui/badge.tsx';
import { Loaded } from '../../components/ui/loaded.tsx';
import { Panel } from '../../components/ui/panel.tsx';
import { Table } from '../../components/ui/table.tsx';
import type { Plugin } from '../../lib/admin/types.ts';
import { useAdmin } from '../../lib/admin/use-admin.ts';
import { useFormats } from '../../lib/format.ts';

/** The plugins: their versions, what they contribute, and what went wrong in them. */
export function PluginsPanel() {
  const t = useTranslations('plugins');
  const plugins = useAdmin('GET /plugins');
  return (
    <Panel title={t('title')}>
      <Loaded of={plugins}>
        {(rows) => (
          <Table
            label={t('title')}
            columns={[
              {
                name: t('plugin'),
                cell: (plugin) => (
                  <>
                    {plugin.name}
                    <div className="text-xs text-quiet lg:hidden">
                      {plugin.version ?? t('unknown')}
                      <Contributions of={plugin} />
                    </div>
                  </>
                ),
              },
              {
                name: t('version'),
                isWide: true,
                isOneLine: true,
                cell: ({ version }) => version ?? t('unknown'),
              },
              { name: t('api'), isWide: true, cell: ({ apiVersion }) => apiVersion ?? t('unknown') },
              { name: t('contributes'), isWide: true, cell: (plugin) => <Contributions of={plugin} /> },
              {
                name: t('state'),
                cell: (plugin) => (
                  <div className="min-w-20">
                    <State of={plugin} />
                  </div>
                ),
              },
            ]}
            rows={rows}
            keyOf={({ name }) => name}
          />
        )}
      </Loaded>
    </Panel>
  );
}

function Contributions({ of: plugin }: { readonly of: Plugin }) {
  const t = useTranslations('plugins');
  const named = [
    [t('protocols'), plugin.protocols],
    [t('providers'), plugin.providers],
    [t('hooks'), plugin.hooks],
    [t('toolFormats'), plugin.toolFormats],
  ] as const;
  const told = [
    ...named.flatMap(([what, names]) => (names.length > 0 ? [`${what}: ${names.join(', ')}`] : [])),
    ...(plugin.countsTokens ? [t('tokenizers')] : []),
    ...(plugin.observes ? [t('observer')] : []),
  ];
  return told.map((one) => <div key={one}>{one}</div>);
}

function State({ of: { state, errors, lastError } }: { readonly of: Plugin }) {
  const t = useTranslations('plugins');
  const formats = useFormats();
  if (!lastError) return <Badge tone="good">{t(`states.${state}`)}</Badge>;
  const { at, message, upstream } = lastError;
  return (
    <>
      <Badge tone="bad">{t(`states.${state}`)}</Badge>
      <div className="mt-1 text-xs">{upstream === undefined ? message : `${upstream}: ${message}`}</div>
      <div className="text-xs text-quiet">
        {t('errors', { count: errors, ago: formats.ago(Date.parse(at)) })}
      </div>
    </>
  );
}
