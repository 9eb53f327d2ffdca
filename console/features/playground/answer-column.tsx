'use client';

import { X } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button, IconButton } from '../../components/ui/button.tsx';
import { CodeBlock } from '../../components/text/code-block.tsx';
import { CheckField, TextArea } from '../../components/ui/field.tsx';
import { Markdown } from '../../components/ui/lazy.tsx';
import { ModelField } from '../fields/model-field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Tabs } from '../../components/ui/tabs.tsx';
import { useFormats } from '../../lib/format.ts';
import { prettyJson } from '../../lib/json.ts';
import type { Message } from './prompt.ts';
import type { Run } from './run.ts';
import type { Column } from './use-columns.ts';
import { useAdmin } from '../../lib/admin/use-admin.ts';

interface AnswerColumnProps {
  readonly column: Column;
  readonly number: number;
  readonly onModel: (model: string) => void;
  readonly onRemove: (() => void) | undefined;
  readonly onAnswer: (results: readonly Message[]) => void;
}

/** One model and its answer. */
export function AnswerColumn({ column, number, onModel, onRemove, onAnswer }: AnswerColumnProps) {
  const t = useTranslations('playground');
  const [tab, setTab] = useState('answer');
  const { model, history, run } = column;
  return (
    <section className="min-w-0 rounded-lg border bg-surface p-4" aria-label={t('column', { number })}>
      <div className="mb-3 flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <ModelField label={t('model', { number })} value={model} onChange={onModel} />
        </div>
        {onRemove && (
          <IconButton label={t('removeModel', { number })} onClick={onRemove}>
            <X size={18} />
          </IconButton>
        )}
      </div>
      {!run && <p className="text-quiet">{t('notYet')}</p>}
      {run && (
        <>
          <Tabs
            label={t('views')}
            value={tab}
            onChange={setTab}
            tabs={[
              {
                value: 'answer',
                label: t('answer'),
                content: (
                  <div className="grid gap-3">
                    {history.map((message, at) => (
                      <Before key={at} message={message} />
                    ))}
                    <Answer run={run} />
                    {run.state === 'done' && run.calls.length > 0 && (
                      <Results key={run.traceId} run={run} onAnswer={onAnswer} />
                    )}
                  </div>
                ),
              },
              {
                value: 'raw',
                label: t('raw'),
                content: <CodeBlock label={t('raw')} text={run.raw.join('\n')} />,
              },
            ]}
          />
          <Figures run={run} />
        </>
      )}
    </section>
  );
}

function Before({ message }: { readonly message: Message }) {
  if (message.role === 'user') return null;
  const text =
    message.role === 'assistant'
      ? message.calls.map((call) => `${call.name}(${call.arguments})`).join('\n')
      : message.text;
  return (
    <div className="rounded-md bg-sunken px-3 py-2 text-sm text-quiet">
      {message.role === 'assistant' && message.text !== '' && (
        <p className="whitespace-pre-wrap">{message.text}</p>
      )}
      <code className="font-mono text-xs whitespace-pre-wrap wrap-anywhere">{text}</code>
    </div>
  );
}

function Answer({ run }: { readonly run: Run }) {
  const t = useTranslations('playground');
  return (
    <>
      {run.reasoning !== '' && (
        <details className="rounded-md border px-3 py-2 text-sm text-quiet">
          <summary className="cursor-pointer">{t('reasoning')}</summary>
          <p className="whitespace-pre-wrap wrap-anywhere">{run.reasoning}</p>
        </details>
      )}
      <div aria-live="polite" aria-busy={run.state === 'running'}>
        {run.text !== '' && <Markdown text={run.text} />}
        {run.state === 'running' && run.text === '' && run.calls.length === 0 && (
          <span className="text-quiet">{t('waiting')}</span>
        )}
      </div>
      {run.calls.map((call, at) => (
        <div key={at}>
          <h3 className="mb-1 font-mono text-sm font-semibold">{call.name}</h3>
          <CodeBlock
            label={call.name}
            text={run.state === 'running' ? call.arguments : prettyJson(call.arguments)}
          />
        </div>
      ))}
      {run.dropped.length > 0 && (
        <Notice kind="hint">{t('dropped', { fields: run.dropped.join(' ') })}</Notice>
      )}
      {run.error !== undefined && <Notice kind="error">{run.error}</Notice>}
      {run.state === 'stopped' && <Notice kind="hint">{t('stopped')}</Notice>}
    </>
  );
}

/** Every call wants a result before the model can go on. */
function Results({
  run,
  onAnswer,
}: {
  readonly run: Run;
  readonly onAnswer: (results: readonly Message[]) => void;
}) {
  const t = useTranslations('playground');
  const [texts, setTexts] = useState<readonly string[]>(run.calls.map(() => ''));
  const [failed, setFailed] = useState<readonly boolean[]>(run.calls.map(() => false));
  const isWhole = texts.every((text) => text !== '');
  const put = <T,>(list: readonly T[], at: number, value: T): readonly T[] =>
    list.map((one, place) => (place === at ? value : one));
  return (
    <form
      className="grid gap-3 rounded-md border p-3"
      onSubmit={(event) => {
        event.preventDefault();
        onAnswer(
          run.calls.map(({ id, name }, at) => ({
            role: 'tool',
            callId: id,
            name,
            text: texts[at] ?? '',
            isError: failed[at] ?? false,
          })),
        );
      }}
    >
      {run.calls.map((call, at) => (
        <div key={at} className="grid gap-2">
          <TextArea
            label={t('resultOf', { name: call.name })}
            rows={2}
            value={texts[at] ?? ''}
            onChange={(event) => setTexts(put(texts, at, event.target.value))}
          />
          <CheckField
            label={t('isError')}
            checked={failed[at] ?? false}
            onChange={(value) => setFailed(put(failed, at, value))}
          />
        </div>
      ))}
      <Button type="submit" disabled={!isWhole}>
        {t('sendResults')}
      </Button>
    </form>
  );
}

function Figures({ run }: { readonly run: Run }) {
  const t = useTranslations('playground');
  const formats = useFormats();
  // What it cost, the gateway knows.
  const { state, usage, ttftMs, ms, served, attempts = 1, finish, traceId } = run;
  const isOver = state !== 'running' && traceId !== undefined;
  const { data: trace } = useAdmin('GET /traces/:id', isOver ? { params: { id: traceId } } : null);
  const seconds = (ms - (ttftMs ?? 0)) / 1000;
  const speed = usage.output !== undefined && seconds > 0.05 ? Math.round(usage.output / seconds) : undefined;
  const figures: readonly (readonly [string, string | undefined])[] = [
    [t('ttft'), ttftMs === undefined ? undefined : formats.ms(ttftMs)],
    [t('took'), formats.ms(ms)],
    [
      t('tokens'),
      usage.input === undefined && usage.output === undefined
        ? undefined
        : `${formats.number(usage.input ?? 0)} → ${formats.number(usage.output ?? 0)}`,
    ],
    [t('speed'), speed === undefined ? undefined : `${formats.number(speed)}/s`],
    [t('cost'), trace?.cost === undefined ? undefined : formats.money(trace.cost)],
    [
      t('servedBy'),
      served === undefined
        ? undefined
        : `${served}${attempts > 1 ? ` (${t('attempts', { count: attempts })})` : ''}`,
    ],
    [t('finish'), finish],
  ];
  return (
    <footer className="mt-3 flex flex-wrap gap-x-4 gap-y-1 border-t pt-3 text-xs text-quiet">
      {figures.map(([name, value]) =>
        value === undefined ? null : (
          <span key={name}>
            {name} <span className="text-ink tabular-nums">{value}</span>
          </span>
        ),
      )}
      {traceId !== undefined && run.state !== 'running' && (
        <Link
          className="text-accent underline-offset-2 hover:underline"
          href={`/traces/view/?id=${encodeURIComponent(traceId)}`}
        >
          {t('openTrace')}
        </Link>
      )}
    </footer>
  );
}
