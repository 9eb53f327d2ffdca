'use client';

import { useTranslations } from 'use-intl';
import { CodeBlock } from '../../components/text/code-block.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { useFormats } from '../../lib/format.ts';
import type { AuditRow } from '../../lib/admin/types.ts';
import { Facts } from './facts.tsx';

interface AuditDialogProps {
  readonly row: AuditRow;
  readonly onClose: () => void;
}

/** One entry with all its fields. */
export function AuditDialog({ row, onClose }: AuditDialogProps) {
  const t = useTranslations('audit');
  const formats = useFormats();
  const { seq, at, actor, operation, target, reason, hash, detail, before, after, outcome } = row;
  const who = [t(`kinds.${actor.kind}`), actor.id, actor.address].filter((part) => part !== undefined);
  const blocks = [
    ['detail', detail],
    ['before', before],
    ['after', after],
  ] as const;
  return (
    <Dialog isOpen onClose={onClose} shape="drawer" title={operation}>
      <div className="grid gap-4">
        <Facts
          facts={[
            [t('time'), formats.dateTime(Date.parse(at))],
            [t('actor'), who.join(' · ')],
            [t('target'), target ?? '–'],
            [t('outcome'), t(`outcomes.${outcome}`)],
            ...(reason === undefined ? [] : [[t('reason'), reason] as const]),
            [t('number'), String(seq)],
            [
              t('hash'),
              <code key="hash" className="font-mono text-xs">
                {hash}
              </code>,
            ],
          ]}
        />
        {blocks.map(
          ([name, value]) =>
            value !== undefined && (
              <section key={name} className="grid gap-1">
                <h3 className="text-sm font-medium">{t(name)}</h3>
                <CodeBlock label={t(name)} text={JSON.stringify(value, undefined, 2)} />
              </section>
            ),
        )}
      </div>
    </Dialog>
  );
}
