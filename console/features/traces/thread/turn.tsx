'use client';

import Link from 'next/link';
import { useTranslations } from 'use-intl';
import { Panel } from '../../../components/ui/panel.tsx';
import { useFormats } from '../../../lib/format.ts';
import type { Trace } from '../../../lib/admin/types.ts';
import { AttemptMarks, OutcomeBadge } from '../outcome-badge.tsx';
import { linkTo } from '../trace-table.tsx';
import { answerOf, askedOf } from '../view/canonical.ts';
import { Message } from '../view/conversation.tsx';
import { useAdmin } from '../../../lib/admin/use-admin.ts';

interface TurnProps {
  readonly trace: Trace;
  readonly number: number;
  /** The turn before, from whose end the client took its time. */
  readonly before: Trace | undefined;
}

/** One request of a conversation: only what is new in it, since the rest stands above. */
export function Turn({ trace, number, before }: TurnProps) {
  const t = useTranslations('thread');
  const formats = useFormats();
  const { data: detail } = useAdmin(
    'GET /traces/:id/detail',
    trace.bodies === 'kept' ? { params: { id: trace.id } } : null,
    { revalidateOnFocus: false },
  );
  const { messages = [] } = (detail && askedOf(detail)) ?? {};
  const said = messages.slice(messages.findLastIndex(({ role }) => role === 'assistant') + 1);
  const [choice] = (detail && answerOf(detail)?.choices) ?? [];
  const gap = before && trace.startedAt - (before.startedAt + before.ms);
  return (
    <Panel
      title={
        <span className="flex flex-wrap items-center gap-2">
          <Link className="text-accent underline-offset-2 hover:underline" href={linkTo(trace.id)}>
            {t('turn', { number })}
          </Link>
          <OutcomeBadge trace={trace} />
          <AttemptMarks attempts={trace.attempts} />
        </span>
      }
      action={
        <span className="text-sm text-quiet">
          {[
            trace.model,
            formats.time(trace.startedAt),
            formats.ms(trace.ms),
            ...(gap !== undefined && gap >= 0 ? [t('after', { time: formats.ms(gap) })] : []),
          ].join(' · ')}
        </span>
      }
    >
      <div className="grid gap-3">
        {trace.bodies !== 'kept' && <p className="text-quiet">{t('noBodies')}</p>}
        {said.map((message, at) => (
          <Message key={at} said={message} />
        ))}
        {choice && <Message said={{ role: 'assistant', content: choice.content }} isAnswer />}
      </div>
    </Panel>
  );
}
