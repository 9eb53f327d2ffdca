'use client';

import { parseAsString, useQueryState } from 'nuqs';
import { useTranslations } from 'use-intl';
import { Tabs } from '../../components/ui/tabs.tsx';
import { AliasList } from '../aliases/alias-list.tsx';
import { HookList } from '../hooks/hook-list.tsx';
import { UpstreamList } from './upstream-list.tsx';

export function UpstreamsPage() {
  const t = useTranslations('upstreams');
  const [tab, setTab] = useQueryState('tab', parseAsString.withDefault('upstreams'));
  return (
    <>
      <h1 className="mb-3 text-2xl font-semibold">{t('title')}</h1>
      <Tabs
        label={t('title')}
        value={tab}
        onChange={(value) => void setTab(value)}
        tabs={[
          { value: 'upstreams', label: t('title'), content: <UpstreamList /> },
          { value: 'aliases', label: t('aliases'), content: <AliasList /> },
          { value: 'hooks', label: t('hooks'), content: <HookList /> },
        ]}
      />
    </>
  );
}
