'use client';

import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { useTranslations } from 'use-intl';
import { Button, IconButton } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { CheckField, SelectField, TextField } from '../../components/ui/field.tsx';
import { ModelField } from '../fields/model-field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { messageOf } from '../../lib/admin/api-error.ts';
import { callAdmin } from '../../lib/admin/call.ts';
import type { Alias, AliasInput } from '../../lib/admin/types.ts';
import { useAdmin } from '../../lib/admin/use-admin.ts';
import { useRefresh } from '../../lib/admin/use-refresh.ts';
import { entriesOf } from '../../lib/entries.ts';

type Policy = NonNullable<AliasInput['policy']>;

/** Every one that the gateway knows, or this does not compile. */
const POLICIES = Object.keys({
  order: true,
  weighted: true,
  'round-robin': true,
  random: true,
  'least-busy': true,
  'lowest-latency': true,
  'lowest-cost': true,
  main: true,
  affinity: true,
} satisfies Record<Policy, true>) as readonly Policy[];

interface Candidate {
  readonly upstream: string;
  readonly model: string;
  readonly weight: number;
}

/** A name and who answers for it, in order; then other names to ask when all of them failed. */
export function AliasDrawer({
  alias,
  onClose,
}: {
  readonly alias: Alias | undefined;
  readonly onClose: () => void;
}) {
  const t = useTranslations('aliases');
  const refresh = useRefresh();
  const { data: upstreams = [] } = useAdmin('GET /upstreams');
  const [name, setName] = useState(alias?.name ?? '');
  const [isOn, setOn] = useState(alias?.enabled ?? true);
  const [policy, setPolicy] = useState<Policy | ''>(alias?.policy ?? '');
  const [fallbacks, setFallbacks] = useState((alias?.fallbacks.default ?? []).join(', '));
  const [candidates, setCandidates] = useState<readonly Candidate[]>(
    alias?.candidates.map(({ upstream = '', model, weight = 1 }) => ({ upstream, model, weight })) ?? [
      { upstream: '', model: '', weight: 1 },
    ],
  );
  const [problem, setProblem] = useState<string>();
  const isReadOnly = alias?.origin === 'file';

  const set = (at: number, change: Partial<Candidate>): void =>
    setCandidates(candidates.map((one, place) => (place === at ? { ...one, ...change } : one)));
  const move = (at: number, step: number): void => {
    const next = [...candidates];
    const [one] = next.splice(at, 1);
    if (one) next.splice(at + step, 0, one);
    setCandidates(next);
  };
  const save = async (): Promise<void> => {
    const { origin: _, resolved: __, ...kept } = alias ?? { candidates: [], name };
    const others = entriesOf(fallbacks, ',');
    const body: AliasInput = {
      ...kept,
      ...{ name, enabled: isOn },
      ...(policy !== '' && { policy }),
      candidates: candidates.map(({ upstream, model, weight }) => ({
        model,
        weight,
        ...(upstream !== '' && { upstream }),
      })),
      fallbacks: { ...alias?.fallbacks, ...(others.length > 0 && { default: others }) },
    };
    try {
      await callAdmin('PUT /aliases', { body });
      await refresh('GET /aliases');
      toast.success(t('saved', { name }));
      onClose();
    } catch (error) {
      setProblem(messageOf(error));
    }
  };

  return (
    <Dialog isOpen onClose={onClose} shape="drawer" title={alias?.name ?? t('add')} description={t('hint')}>
      <form
        className="grid gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {isReadOnly && <Notice kind="hint">{t('readOnly')}</Notice>}
        {problem !== undefined && <Notice kind="error">{problem}</Notice>}
        <TextField
          label={t('name')}
          hint={t('nameHint')}
          required
          disabled={alias !== undefined}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <CheckField label={t('on')} checked={isOn} disabled={isReadOnly} onChange={setOn} />
        <fieldset className="grid gap-3" disabled={isReadOnly}>
          <legend className="mb-2 font-medium">{t('candidates')}</legend>
          {candidates.map((candidate, at) => (
            <div key={at} className="grid grid-cols-[1fr_1fr_80px] items-start gap-2 rounded-md border p-3">
              <SelectField
                label={t('upstream')}
                value={candidate.upstream}
                options={[
                  { value: '', label: t('anyUpstream') },
                  ...upstreams.map(({ id }) => ({ value: id, label: id })),
                ]}
                onChange={(upstream) => set(at, { upstream })}
              />
              <ModelField
                label={t('model')}
                value={candidate.model}
                onChange={(model) => set(at, { model })}
              />
              <TextField
                label={t('weight')}
                type="number"
                min={0}
                step="any"
                value={candidate.weight}
                onChange={(event) => set(at, { weight: Number(event.target.value) })}
              />
              <div className="col-span-3 flex gap-1">
                <IconButton label={t('up', { at: at + 1 })} disabled={at === 0} onClick={() => move(at, -1)}>
                  <ArrowUp size={16} />
                </IconButton>
                <IconButton
                  label={t('down', { at: at + 1 })}
                  disabled={at === candidates.length - 1}
                  onClick={() => move(at, 1)}
                >
                  <ArrowDown size={16} />
                </IconButton>
                <IconButton
                  label={t('drop', { at: at + 1 })}
                  disabled={candidates.length === 1}
                  onClick={() => setCandidates(candidates.filter((_, place) => place !== at))}
                >
                  <X size={16} />
                </IconButton>
              </div>
            </div>
          ))}
          <Button
            kind="quiet"
            onClick={() => setCandidates([...candidates, { upstream: '', model: '', weight: 1 }])}
          >
            <Plus size={16} aria-hidden /> {t('addCandidate')}
          </Button>
        </fieldset>
        <SelectField
          label={t('policy')}
          value={policy}
          disabled={isReadOnly}
          options={[
            { value: '', label: t('asGateway') },
            ...POLICIES.map((value) => ({ value, label: value })),
          ]}
          onChange={setPolicy}
        />
        <TextField
          label={t('fallbacks')}
          hint={t('fallbacksHint')}
          disabled={isReadOnly}
          value={fallbacks}
          onChange={(event) => setFallbacks(event.target.value)}
        />
        {!isReadOnly && <Button type="submit">{t('save')}</Button>}
      </form>
    </Dialog>
  );
}
