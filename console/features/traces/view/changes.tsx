'use client';

import { diffLines } from 'diff';
import { useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Notice } from '../../../components/ui/notice.tsx';
import { prettyJson } from '../../../lib/json.ts';
import type { Trace, TraceDetail } from '../../../lib/admin/types.ts';
import { AttemptSelect } from './attempt-select.tsx';

/** Beyond this a comparison takes longer than anybody waits. */
const MAX_LENGTH = 400_000;

/** The client's request beside what an upstream was sent, and what was dropped on the way. */
export function Changes({ trace, detail }: { readonly trace: Trace; readonly detail: TraceDetail }) {
  const t = useTranslations('changes');
  const [at, setAt] = useState(Math.max(0, detail.exchanges.length - 1));
  const exchange = detail.exchanges[at];
  const sent = detail.request.body?.text ?? '';
  const received = exchange?.body?.text ?? '';
  return (
    <div className="grid gap-4">
      {trace.dropped.length > 0 && (
        <Notice kind="warning">
          <p className="font-medium">{t('dropped')}</p>
          <ul>
            {trace.dropped.map(({ field, why }, row) => (
              <li key={row}>
                <code className="font-mono text-sm">{field}</code>: {why}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <AttemptSelect trace={trace} detail={detail} value={at} onChange={setAt} />
      {!exchange && <p className="text-quiet">{t('nobody')}</p>}
      {exchange && sent === received && <Notice kind="hint">{t('same')}</Notice>}
      {exchange && sent !== received && <Diff before={prettyJson(sent)} after={prettyJson(received)} />}
    </div>
  );
}

function Diff({ before, after }: { readonly before: string; readonly after: string }) {
  const t = useTranslations('changes');
  const isTooLong = before.length + after.length > MAX_LENGTH;
  const parts = useMemo(() => (isTooLong ? [] : diffLines(before, after)), [before, after, isTooLong]);
  if (isTooLong) return <Notice kind="hint">{t('tooLong')}</Notice>;
  return (
    <pre
      tabIndex={0}
      role="region"
      aria-label={t('title')}
      className="max-h-[70dvh] overflow-auto rounded-md bg-sunken py-2 font-mono text-xs leading-relaxed whitespace-pre-wrap wrap-anywhere"
    >
      {parts.map(({ value, added, removed }, at) => {
        const sign = added ? '+' : removed ? '−' : ' ';
        const look = added ? 'bg-good-ground text-good' : removed ? 'bg-bad-ground text-bad' : '';
        return (
          <span key={at} className={`block px-3 ${look}`}>
            {value
              .replace(/\n$/, '')
              .split('\n')
              .map((line) => `${sign} ${line}`)
              .join('\n')}
          </span>
        );
      })}
    </pre>
  );
}
