'use client';

import { useState } from 'react';
import { toast } from 'sonner';
import { useTranslations } from 'use-intl';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { CheckField, SelectField, TextField } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { TextWithCode } from '../../components/text/text-with-code.tsx';
import { callAdmin } from '../../lib/admin/call.ts';
import type { Hook, HookType } from '../../lib/admin/types.ts';
import { useRefresh } from '../../lib/admin/use-refresh.ts';
import { asksForSecrets } from '../options/addresses.ts';
import { RefusalNotice } from '../options/refusal-notice.tsx';
import { type OptionsSchema, SchemaForm } from '../options/schema-form.tsx';
import { type Problems, refusals, useProblems } from '../options/use-problems.ts';
import { changeOf, type Fields, fieldsOf, newHookOf } from './hook-fields.ts';

interface HookDrawerProps {
  /** Absent for a new one. */
  readonly hook: Hook | undefined;
  readonly types: readonly HookType[];
  readonly onClose: () => void;
}

export function HookDrawer({ hook, types, onClose }: HookDrawerProps) {
  const t = useTranslations('hooks');
  const refresh = useRefresh();
  const [fields, setFields] = useState(() => fieldsOf(hook, types[0]?.name ?? ''));
  const [failure, setFailure] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  const isReadOnly = hook?.origin === 'file';
  const type = types.find(({ name }) => name === fields.kind);
  const schema = type?.options as OptionsSchema | undefined;
  const typed = useProblems(schema, fields.options);
  const problems: Problems = new Map([...refusals(failure), ...typed]);
  const set = (change: Partial<Fields>): void => {
    setFields((before) => ({ ...before, ...change }));
    setFailure(undefined);
  };

  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      await (hook
        ? callAdmin('PATCH /hooks/:id', { params: { id: hook.id }, body: changeOf(hook, fields) })
        : callAdmin('POST /hooks', { body: newHookOf(fields) }));
      await refresh('GET /hooks');
      toast.success(t('savedHook', { id: fields.id }));
      onClose();
    } catch (error) {
      setFailure(error instanceof Error ? error : new Error(String(error)));
      setBusy(false);
    }
  };

  return (
    <Dialog
      isOpen
      onClose={onClose}
      shape="drawer"
      title={hook?.id ?? t('addTitle')}
      description={type && <TextWithCode text={type.description} />}
    >
      <form
        className="grid gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {isReadOnly && <Notice kind="hint">{t('readOnly')}</Notice>}
        {hook && hook.failure !== null && <Notice kind="error">{hook.failure}</Notice>}
        {failure && <RefusalNotice failure={failure} schema={schema} />}
        {!hook && (
          <>
            <SelectField
              label={t('kind')}
              value={fields.kind}
              options={types.map(({ name, title }) => ({ value: name, label: title }))}
              onChange={(kind) => set({ kind, options: {} })}
            />
            <TextField
              label={t('name')}
              hint={t('nameHint')}
              required
              value={fields.id}
              problem={problems.get('id')}
              onChange={(event) => set({ id: event.target.value })}
            />
          </>
        )}
        {schema && (
          <SchemaForm
            schema={schema}
            value={fields.options}
            problems={problems}
            isReadOnly={isReadOnly}
            asksForSecrets={hook !== undefined && asksForSecrets(hook.options, fields.options, schema)}
            onChange={(options) => set({ options })}
          />
        )}
        <fieldset className="grid gap-4" disabled={isReadOnly}>
          <legend className="mb-2 font-medium">{t('on')}</legend>
          <p className="text-sm text-quiet">{t('onHint')}</p>
          {(['keys', 'aliases', 'upstreams'] as const).map((name) => (
            <TextField
              key={name}
              label={t(`scope.${name}`)}
              hint={t(`scope.${name}Hint`)}
              value={fields[name]}
              onChange={(event) => set({ [name]: event.target.value })}
            />
          ))}
        </fieldset>
        <div className="grid gap-4 sm:grid-cols-2">
          <SelectField
            label={t('place')}
            value={fields.order}
            disabled={isReadOnly}
            options={[
              { value: '', label: t('asPlugin') },
              ...(['pre', 'normal', 'post'] as const).map((value) => ({
                value,
                label: t(`places.${value}`),
              })),
            ]}
            onChange={(order) => set({ order })}
          />
          <SelectField
            label={t('onError')}
            value={fields.onError}
            disabled={isReadOnly}
            options={(['closed', 'open'] as const).map((value) => ({ value, label: t(`errors.${value}`) }))}
            onChange={(onError) => set({ onError })}
          />
        </div>
        <TextField
          label={t('timeout')}
          hint={t('timeoutHint')}
          type="number"
          min={1}
          disabled={isReadOnly}
          value={fields.timeoutMs}
          onChange={(event) => set({ timeoutMs: Number(event.target.value) })}
        />
        <CheckField
          label={t('shadow')}
          hint={t('shadowHint')}
          disabled={isReadOnly}
          checked={fields.shadow}
          onChange={(shadow) => set({ shadow })}
        />
        {!isReadOnly && (
          <Button type="submit" disabled={isBusy || typed.size > 0}>
            {t('save')}
          </Button>
        )}
      </form>
    </Dialog>
  );
}
