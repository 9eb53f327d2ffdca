'use client';

import Link from 'next/link';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../../../components/ui/button.tsx';
import { CodeBlock } from '../../../components/text/code-block.tsx';
import { Dialog } from '../../../components/ui/dialog.tsx';
import { ModelField } from '../../fields/model-field.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { messageOf } from '../../../lib/admin/api-error.ts';
import { callAdmin } from '../../../lib/admin/call.ts';
import { useFormats } from '../../../lib/format.ts';
import type { Replayed, Trace, TraceDetail } from '../../../lib/admin/types.ts';
import { linkTo } from '../trace-table.tsx';
import { answerOf } from './canonical.ts';
import { useAdmin } from '../../../lib/admin/use-admin.ts';

/** Sends a request again, to the same model or another, and shows both answers beside each other. */
export function ReplayDialog({
  trace,
  detail,
  onClose,
}: {
  readonly trace: Trace;
  readonly detail: TraceDetail;
  readonly onClose: () => void;
}) {
  const t = useTranslations('replay');
  const [model, setModel] = useState(trace.model ?? '');
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [replayed, setReplayed] = useState<Replayed>();
  const run = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      const body = model === trace.model || model === '' ? {} : { model };
      setReplayed(await callAdmin('POST /traces/:id/replay', { params: { id: trace.id }, body }));
    } catch (error) {
      setProblem(messageOf(error));
    }
    setBusy(false);
  };
  return (
    <Dialog isOpen onClose={onClose} title={t('title')} description={t('hint')} shape="drawer">
      <div className="grid gap-4">
        <ModelField label={t('model')} value={model} onChange={setModel} />
        {problem !== undefined && <Notice kind="error">{problem}</Notice>}
        <Button disabled={isBusy} onClick={() => void run()}>
          {isBusy ? t('busy') : t('send')}
        </Button>
        {replayed && <Comparison trace={trace} detail={detail} replayed={replayed} />}
      </div>
    </Dialog>
  );
}

function Comparison({
  trace,
  detail,
  replayed,
}: {
  readonly trace: Trace;
  readonly detail: TraceDetail;
  readonly replayed: Replayed;
}) {
  const t = useTranslations('replay');
  const formats = useFormats();
  const params = { id: replayed.id };
  const { data: again } = useAdmin('GET /traces/:id', { params });
  const { data: other } = useAdmin('GET /traces/:id/detail', again?.bodies === 'kept' ? { params } : null);
  const said = (value: TraceDetail): string => {
    const [choice] = answerOf(value)?.choices ?? [];
    return (choice?.content ?? [])
      .map((part) => part.text ?? `${part.name ?? ''}(${part.arguments ?? ''})`)
      .join('\n');
  };
  const facts = (one: Trace): string =>
    `${one.upstreamModel ?? one.model ?? ''} · ${formats.ms(one.ttftMs)} · ${formats.ms(one.ms)} · ${formats.number(one.outputTokens ?? 0)} ${t('tokens')}`;
  return (
    <div className="grid gap-4" aria-live="polite">
      <section>
        <h3 className="mb-1 text-sm font-medium">{t('before')}</h3>
        <p className="mb-1 text-xs text-quiet">{facts(trace)}</p>
        <CodeBlock label={t('before')} text={said(detail)} />
      </section>
      <section>
        <h3 className="mb-1 text-sm font-medium">
          {t('after')} · {replayed.status}
        </h3>
        {again && <p className="mb-1 text-xs text-quiet">{facts(again)}</p>}
        <CodeBlock label={t('after')} text={other?.answer ? said(other) : replayed.body} />
        <Link
          className="mt-2 inline-block text-accent underline-offset-2 hover:underline"
          href={linkTo(replayed.id)}
        >
          {t('open')}
        </Link>
      </section>
    </div>
  );
}
