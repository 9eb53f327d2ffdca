'use client';

import { useTranslations } from 'use-intl';
import { CodeBlock } from '../../../components/text/code-block.tsx';
import { Markdown } from '../../../components/ui/lazy.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { prettyJson } from '../../../lib/json.ts';
import type { TraceDetail } from '../../../lib/admin/types.ts';
import { answerOf, askedOf, type Part, type Said } from './canonical.ts';

/** What was said, in order, with the answer at the end. */
export function Conversation({ detail }: { readonly detail: TraceDetail }) {
  const t = useTranslations('conversation');
  const asked = askedOf(detail);
  const [choice] = answerOf(detail)?.choices ?? [];
  if (!asked) return <Notice kind="hint">{t('unreadable')}</Notice>;
  return (
    <div className="grid gap-3">
      {asked.system.map((said, at) => (
        <details key={at} className="rounded-md border px-3.5 py-2.5">
          <summary className="cursor-pointer text-sm text-quiet">{t('system')}</summary>
          <Parts parts={said.content} />
        </details>
      ))}
      {asked.tools.length > 0 && (
        <details className="rounded-md border px-3.5 py-2.5">
          <summary className="cursor-pointer text-sm text-quiet">
            {t('tools', { count: asked.tools.length })}
          </summary>
          <CodeBlock
            label={t('tools', { count: asked.tools.length })}
            text={JSON.stringify(asked.tools, undefined, 2)}
          />
        </details>
      )}
      {asked.messages.map((said, at) => (
        <Message key={at} said={said} />
      ))}
      {choice && <Message said={{ role: 'assistant', content: choice.content }} isAnswer />}
      {detail.problem !== undefined && <Notice kind="error">{detail.problem}</Notice>}
    </div>
  );
}

export function Message({ said, isAnswer = false }: { readonly said: Said; readonly isAnswer?: boolean }) {
  const t = useTranslations('conversation');
  const isResult = said.content.length > 0 && said.content.every(({ type }) => type === 'tool-result');
  const role = isResult
    ? 'tool'
    : said.role === 'assistant'
      ? 'assistant'
      : said.role === 'system'
        ? 'system'
        : 'user';
  return (
    <section
      className={`min-w-0 rounded-md px-3.5 py-2.5 ${isAnswer ? 'bg-tint' : role === 'assistant' ? 'bg-sunken' : 'border'}`}
    >
      <h3 className="mb-1 text-xs font-medium text-quiet">{isAnswer ? t('answer') : t(role)}</h3>
      <Parts parts={said.content} />
    </section>
  );
}

function Parts({ parts }: { readonly parts: readonly Part[] }) {
  return (
    <div className="grid min-w-0 gap-2">
      {parts.map((part, at) => (
        <PartView key={at} part={part} />
      ))}
    </div>
  );
}

function PartView({ part }: { readonly part: Part }) {
  const t = useTranslations('conversation');
  const { text = '' } = part;
  switch (part.type) {
    case 'text':
    case 'refusal':
      return <Markdown text={text} />;
    case 'reasoning':
      return text === '' ? null : (
        <details className="text-sm text-quiet">
          <summary className="cursor-pointer">{t('reasoning')}</summary>
          <p className="whitespace-pre-wrap">{text}</p>
        </details>
      );
    case 'tool-call':
      return (
        <CodeBlock label={part.name ?? ''} text={`${part.name ?? ''}(${prettyJson(part.arguments ?? '')})`} />
      );
    case 'tool-result':
      return (
        <div className={part.isError ? 'text-bad' : ''}>
          <div className="font-mono text-xs text-quiet">{part.callId}</div>
          {part.content && part.content.length > 0 ? (
            <Parts parts={part.content} />
          ) : (
            <CodeBlock label={t('tool')} text={prettyJson(JSON.stringify(part.json ?? ''))} />
          )}
        </div>
      );
    case 'media':
      return <Media part={part} />;
    default:
      return <CodeBlock label={part.type} text={JSON.stringify(part, undefined, 2)} />;
  }
}

/** Pictures that are in the trace are shown; those of other sites are not loaded. */
function Media({ part: { media = '', source } }: { readonly part: Part }) {
  if (media === 'image' && source?.type === 'base64' && /^[A-Za-z0-9+/=]+$/.test(source.data ?? ''))
    return (
      <img className="max-h-48 rounded" alt={media} src={`data:${source.mimeType};base64,${source.data}`} />
    );
  return (
    <span className="text-sm text-quiet wrap-anywhere">
      [{media} {source?.url?.slice(0, 200) ?? source?.data?.slice(0, 120) ?? ''}]
    </span>
  );
}
