'use client';

import { useTranslations } from 'use-intl';
import { CodeBlock } from '../../components/text/code-block.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import type { Upstream } from '../../lib/admin/types.ts';
import { isSetMark } from '../options/schema-form.tsx';

/** Says where an upstream of the config file is changed, with what to copy. */
export function FileNotice({ upstream }: { readonly upstream: Upstream }) {
  const t = useTranslations('upstreams');
  const { id, provider, options } = upstream;
  const said = Object.entries(options).map(([name, value]) => [
    name,
    isSetMark(value) ? 'process.env.…' : value,
  ]);
  const snippet = `{\n  id: ${JSON.stringify(id)},\n  provider: ${JSON.stringify(provider)},\n  options: ${JSON.stringify(Object.fromEntries(said), undefined, 2).replaceAll('\n', '\n  ')},\n},`;
  return (
    <div className="grid gap-2">
      <Notice kind="hint">{t('fileNotice')}</Notice>
      <CodeBlock label={t('snippet')} text={snippet} />
    </div>
  );
}
