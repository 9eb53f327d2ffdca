'use client';

import { useTranslations } from 'use-intl';
import { Notice } from '../../components/ui/notice.tsx';
import { useFormats } from '../../lib/format.ts';
import type { Settings } from '../../lib/admin/types.ts';
import { Facts } from './facts.tsx';

/** What is kept of requests. It is set in the config file, where a review sees it. */
export function RecordingFacts({ traces }: Pick<Settings, 'traces'>) {
  const t = useTranslations('settings');
  const formats = useFormats();
  const { record, maxAgeMs, maxCount, maxBytes, maxBodyBytes, keepMedia, redact } = traces;
  const megabytes = (bytes: number): string => `${formats.number(Math.round(bytes / 1024 / 1024))} MiB`;
  const code = (items: readonly string[]) =>
    items.length === 0 ? t('noRules') : <code className="font-mono text-sm">{items.join('  ')}</code>;
  return (
    <div className="grid gap-4">
      <Notice kind={record === 'full' ? 'warning' : 'hint'}>{t(`recordingNotice.${record}`)}</Notice>
      <Facts
        facts={[
          [
            t('level'),
            <code key="level" className="font-mono text-sm">
              {record}
            </code>,
          ],
          [t('redactPaths'), code(redact.paths)],
          [t('redactPatterns'), code(redact.patterns)],
          [t('media'), keepMedia ? t('mediaKept') : t('mediaDigest')],
          [t('maxBody'), megabytes(maxBodyBytes)],
          [
            t('retention'),
            t('retentionText', {
              days: Math.round(maxAgeMs / 86_400_000),
              count: formats.number(maxCount),
              size: megabytes(maxBytes),
            }),
          ],
        ]}
      />
      <p className="text-sm text-quiet">{t('inFile')}</p>
    </div>
  );
}
