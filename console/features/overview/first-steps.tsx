'use client';

import Link from 'next/link';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { CodeBlock } from '../../components/text/code-block.tsx';
import { Panel } from '../../components/ui/panel.tsx';
import { Tabs } from '../../components/ui/tabs.tsx';
import type { Protocol } from '../../lib/admin/types.ts';
import { useOrigin, useProtocols } from '../../lib/use-protocols.ts';

/** What to do first, with something to copy for whatever people come with. */
export function FirstSteps() {
  const t = useTranslations('firstSteps');
  const protocols = useProtocols();
  const withOrigin = useOrigin();
  const [client, setClient] = useState('curl');
  const link = (href: string) => {
    const Linked = (chunks: React.ReactNode) => (
      <Link className="text-accent underline" href={href}>
        {chunks}
      </Link>
    );
    return Linked;
  };
  return (
    <Panel title={t('title')}>
      <ol className="mb-4 grid list-decimal gap-1 pl-5">
        <li>{t.rich('upstream', { a: link('/upstreams/') })}</li>
        <li>{t.rich('test', { a: link('/playground/') })}</li>
        <li>{t.rich('key', { a: link('/keys/') })}</li>
        <li>{t('snippet')}</li>
      </ol>
      <Tabs
        label={t('clients')}
        value={client}
        onChange={setClient}
        tabs={snippets(protocols).map(({ name, text }) => ({
          value: name,
          label: name,
          content: <CodeBlock label={name} text={withOrigin(text)} />,
        }))}
      />
    </Panel>
  );
}

/** Beside a first request, what plugins have for well-known clients; else a request in their own protocol. */
function snippets(
  protocols: readonly Protocol[],
): readonly { readonly name: string; readonly text: string }[] {
  const [first, ...others] = protocols.filter(({ curl }) => curl !== undefined);
  if (!first) return [];
  return [
    { name: 'curl', text: first.curl ?? '' },
    ...first.setups,
    ...others.flatMap(({ title, curl = '', setups }) =>
      setups.length > 0 ? setups : [{ name: title, text: curl }],
    ),
  ];
}
