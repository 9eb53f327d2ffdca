'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { buttonClass } from '../../../components/ui/button.tsx';
import { CopyButton } from '../../../components/text/copy-button.tsx';
import { urlOf } from '../../../lib/admin/address.ts';
import { useFormats } from '../../../lib/format.ts';
import type { RecordedBody, Trace, TraceDetail } from '../../../lib/admin/types.ts';
import { AttemptSelect } from './attempt-select.tsx';

/** Both replies as they came, side by side: the upstream's and the client's. */
export function RawStreams({ trace, detail }: { readonly trace: Trace; readonly detail: TraceDetail }) {
  const t = useTranslations('raw');
  const [at, setAt] = useState(Math.max(0, detail.exchanges.length - 1));
  const exchange = detail.exchanges[at];
  const params = { id: trace.id };
  return (
    <div className="grid gap-4">
      <AttemptSelect trace={trace} detail={detail} value={at} onChange={setAt} />
      <div className="grid gap-4 xl:grid-cols-2">
        {exchange && (
          <Pieces
            title={t('upstream')}
            body={exchange.reply}
            href={urlOf('GET /traces/:id/raw', { params, query: { attempt: exchange.attempt } })}
          />
        )}
        <Pieces
          title={t('client')}
          body={detail.reply.body}
          href={urlOf('GET /traces/:id/raw', { params })}
        />
      </div>
    </div>
  );
}

interface Line {
  readonly ms: number;
  readonly text: string;
}

/** One line for each event; a body without events is one. */
function linesOf({ text, marks }: RecordedBody): readonly Line[] {
  const lines: Line[] = [];
  let from = 0;
  for (const [end, ms] of marks) {
    for (const event of text.slice(from, end).split(/\n\n+/))
      if (event.trim() !== '') lines.push({ ms, text: event.trim() });
    from = end;
  }
  return lines;
}

function Pieces({
  title,
  body,
  href,
}: {
  readonly title: string;
  readonly body: RecordedBody;
  readonly href: string;
}) {
  const t = useTranslations('raw');
  const formats = useFormats();
  const lines = useMemo(() => linesOf(body), [body]);
  const place = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => place.current,
    estimateSize: () => 40,
    overscan: 10,
  });
  return (
    <section className="min-w-0">
      <header className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <h3 className="text-sm font-medium">
          {title} <span className="text-quiet">· {t('pieces', { count: lines.length })}</span>
        </h3>
        <span className="flex gap-2">
          <CopyButton text={body.text} />
          <a className={buttonClass('quiet', true)} href={href} download>
            {t('download')}
          </a>
        </span>
      </header>
      {body.missing > 0 && (
        <p className="mb-2 text-sm text-warn">{t('missing', { bytes: formats.number(body.missing) })}</p>
      )}
      <div
        ref={place}
        tabIndex={0}
        role="region"
        aria-label={title}
        className="h-[60dvh] overflow-auto rounded-md bg-sunken"
      >
        <div className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const line = lines[index];
            return (
              <div
                key={index}
                ref={rows.measureElement}
                data-index={index}
                className="absolute inset-x-0 grid grid-cols-[72px_1fr] gap-2 border-b border-line/60 px-2 py-1 font-mono text-xs"
                style={{ transform: `translateY(${start}px)` }}
              >
                <span className="text-right text-quiet tabular-nums">+{formats.ms(line?.ms)}</span>
                <span className="whitespace-pre-wrap wrap-anywhere">{line?.text}</span>
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}
