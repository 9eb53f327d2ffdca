'use client';

import { useState } from 'react';
import Link from 'next/link';
import { useTranslations } from 'use-intl';
import { CodeBlock } from '../../../components/text/code-block.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { useFormats } from '../../../lib/format.ts';
import { prettyJson } from '../../../lib/json.ts';
import type { ToolCall, TraceDetail } from '../../../lib/admin/types.ts';
import { CallState } from '../call-state.tsx';
import { linkTo } from '../trace-table.tsx';
import { askedOf } from './canonical.ts';

/** Each call: its arguments as they grew, what they say, what is wrong with them, and what came back. */
export function ToolCalls({
  calls,
  detail,
}: {
  readonly calls: readonly ToolCall[];
  readonly detail: TraceDetail;
}) {
  const t = useTranslations('calls');
  const declared = askedOf(detail)?.tools ?? [];
  const called = new Set(calls.map(({ name }) => name));
  const unused = declared.filter(({ name }) => !called.has(name));
  return (
    <div className="grid gap-4">
      {calls.length === 0 && <p className="text-quiet">{t('noneHere')}</p>}
      {calls.map((call, at) => (
        <CallCard key={at} call={call} schema={declared.find(({ name }) => name === call.name)} />
      ))}
      {unused.length > 0 && (
        <p className="text-sm text-quiet">
          {t('unused', { names: unused.map(({ name }) => name).join(', ') })}
        </p>
      )}
    </div>
  );
}

function CallCard({ call, schema }: { readonly call: ToolCall; readonly schema: object | undefined }) {
  const t = useTranslations('calls');
  const formats = useFormats();
  const { result } = call;
  return (
    <article className="rounded-lg border p-4" aria-label={call.name}>
      <header className="mb-3 flex flex-wrap items-center gap-2">
        <h3 className="font-mono font-semibold">{call.name}</h3>
        <CallState call={call} />
        <span className="font-mono text-xs text-quiet">{call.callId}</span>
      </header>
      {call.error !== undefined && (
        <div className="mb-3">
          <Notice kind="error">{call.error}</Notice>
        </div>
      )}
      {call.problems !== undefined && (
        <ul
          className="mb-3 grid gap-1 rounded-md bg-bad-ground px-3.5 py-2.5 text-bad"
          aria-label={t('problems')}
        >
          {call.problems.map(({ path, message }, at) => (
            <li key={at}>
              <code className="font-mono text-sm">{path === '' ? t('whole') : path}</code>: {message}
            </li>
          ))}
        </ul>
      )}
      <div className="grid gap-4 lg:grid-cols-3">
        <Growth call={call} />
        <section className="min-w-0">
          <h4 className="mb-1.5 text-sm text-quiet">{t('parsed')}</h4>
          <CodeBlock label={t('parsed')} text={prettyJson(call.arguments)} />
          {schema && (
            <details className="mt-2 text-sm">
              <summary className="cursor-pointer text-quiet">{t('schema')}</summary>
              <CodeBlock label={t('schema')} text={JSON.stringify(schema, undefined, 2)} />
            </details>
          )}
        </section>
        <section className="min-w-0">
          <h4 className="mb-1.5 text-sm text-quiet">
            {t('result')} {result && `· ${formats.ms(result.afterMs)}`}
          </h4>
          {result ? (
            <>
              <CodeBlock
                label={t('result')}
                text={prettyJson(result.text)}
                className={result.isError ? 'text-bad' : ''}
              />
              <Link
                className="mt-1 inline-block text-sm text-accent underline-offset-2 hover:underline"
                href={linkTo(result.by)}
              >
                {t('broughtBy')}
              </Link>
            </>
          ) : (
            <p className="text-sm text-quiet">{t('never')}</p>
          )}
        </section>
      </div>
    </article>
  );
}

/** The arguments as they came, piece by piece: the slider goes back in time. */
function Growth({ call }: { readonly call: ToolCall }) {
  const t = useTranslations('calls');
  const formats = useFormats();
  const { growth, arguments: text } = call;
  const [step, setStep] = useState(growth.length);
  const [at, length] = growth[step - 1] ?? [call.startMs, 0];
  const before = growth[step - 2]?.[1] ?? 0;
  return (
    <section className="min-w-0">
      <h4 className="mb-1.5 text-sm text-quiet">
        {t('streamed')} · +{formats.ms(at)}
      </h4>
      <pre
        tabIndex={0}
        role="region"
        aria-label={t('streamed')}
        className="max-h-96 min-h-12 overflow-auto rounded-md bg-sunken p-3 font-mono text-xs leading-relaxed whitespace-pre-wrap wrap-anywhere"
      >
        {text.slice(0, before)}
        <mark className="bg-tint text-accent">{text.slice(before, length)}</mark>
      </pre>
      <label className="mt-2 grid gap-1 text-xs text-quiet">
        {t('piece', { step, count: growth.length })}
        <input
          type="range"
          min={0}
          max={growth.length}
          value={step}
          aria-valuetext={formats.ms(at)}
          className="w-full accent-accent"
          onChange={(event) => setStep(Number(event.target.value))}
        />
      </label>
    </section>
  );
}
