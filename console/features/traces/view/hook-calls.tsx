'use client';

import { useTranslations } from 'use-intl';
import { Badge } from '../../../components/ui/badge.tsx';
import { Table } from '../../../components/ui/table.tsx';
import { useFormats } from '../../../lib/format.ts';
import type { Change, HookCall } from '../../../lib/admin/types.ts';

const TONES = { pass: 'quiet', change: 'warn', answer: 'good', refuse: 'bad', error: 'bad' } as const;

interface HookCallsProps {
  readonly calls: readonly HookCall[];
  /** With texts if bodies are recorded. */
  readonly changes: readonly Change[];
}

/** What each hook did with the request, and what it found. */
export function HookCalls({ calls, changes }: HookCallsProps) {
  const t = useTranslations('hookCalls');
  const formats = useFormats();
  const phaseOf = ({ phase, attempt }: HookCall): string => {
    const name = t(`phases.${phase}`);
    return attempt === undefined ? name : `${name} (${t('attempt', { number: attempt + 1 })})`;
  };
  return (
    <Table
      label={t('title')}
      columns={[
        { name: t('hook'), cell: ({ hook }) => <code className="font-mono text-sm">{hook}</code> },
        { name: t('phase'), cell: phaseOf },
        {
          name: t('action'),
          cell: ({ action, isShadow, saved }) => (
            <span className="flex flex-wrap gap-1">
              <Badge tone={TONES[action]}>{t(`actions.${action}`)}</Badge>
              {isShadow && <Badge tone="quiet">{t('shadow')}</Badge>}
              {saved !== undefined && (
                <span className="text-quiet">{t('saved', { cost: formats.money(saved) })}</span>
              )}
            </span>
          ),
        },
        { name: t('took'), cell: ({ ms }) => formats.ms(ms), isWide: true },
        { name: t('found'), cell: (call) => <Found call={call} changes={changes} /> },
      ]}
      rows={calls}
      keyOf={(call) => `${calls.indexOf(call)}`}
    />
  );
}

function Found({ call, changes }: { readonly call: HookCall; readonly changes: readonly Change[] }) {
  const { hook, phase, attempt, findings = [], changed = [], error } = call;
  const own = changes.filter(
    (change) => change.hook === hook && change.phase === phase && change.attempt === attempt,
  );
  return (
    <ul className="grid gap-1">
      {error !== undefined && <li className="text-bad">{error}</li>}
      {findings.map(({ rule, action, detail }, row) => (
        <li key={row}>
          <code className="font-mono text-sm">{rule}</code>: {action}
          {detail !== undefined && `, ${detail}`}
        </li>
      ))}
      {changed.map((path) => (
        <li key={path}>
          <code className="font-mono text-sm wrap-anywhere">{path}</code>
          <Texts change={own.find((change) => change.path === path)} />
        </li>
      ))}
    </ul>
  );
}

function Texts({ change }: { readonly change: Change | undefined }) {
  if (!change || (change.before === undefined && change.after === undefined)) return null;
  return (
    <div className="font-mono text-xs whitespace-pre-wrap wrap-anywhere">
      {change.before !== undefined && <del className="block text-bad no-underline">− {change.before}</del>}
      {change.after !== undefined && <ins className="block text-good no-underline">+ {change.after}</ins>}
    </div>
  );
}
