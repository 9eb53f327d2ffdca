'use client';

import type { Call } from '@dragoman/core/admin-contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { useTranslations } from 'use-intl';
import { Dialog } from '../../components/ui/dialog.tsx';
import { CheckField, SelectField, TextField } from '../../components/ui/field.tsx';
import { CodeEditor } from '../../components/ui/lazy.tsx';
import { TextWithCode } from '../../components/text/text-with-code.tsx';
import { RelayField, type RelayLevel } from '../fields/relay-field.tsx';
import { type Recording, RecordingField } from '../fields/recording-field.tsx';
import { ApiError, messageOf } from '../../lib/admin/api-error.ts';
import { callAdmin } from '../../lib/admin/call.ts';
import { entriesOf } from '../../lib/entries.ts';
import { parseJson } from '../../lib/json.ts';
import type { Provider, TestResult, Upstream } from '../../lib/admin/types.ts';
import { asksForSecrets } from '../options/addresses.ts';
import { changedOptions } from '../options/changed-options.ts';
import { FormFooter } from './form-footer.tsx';
import { UpstreamNotices } from './upstream-notices.tsx';
import { ModelsField } from './models-field.tsx';
import { RefusalNotice } from '../options/refusal-notice.tsx';
import { isSetMark, type Options, type OptionsSchema, SchemaForm } from '../options/schema-form.tsx';
import { type Problems, refusals, useProblems } from '../options/use-problems.ts';
import { useAdmin } from '../../lib/admin/use-admin.ts';
import { useRefresh } from '../../lib/admin/use-refresh.ts';

/** What is edited: an upstream that is there, a copy of one, or a new one. */
export interface Draft {
  readonly upstream?: Upstream;
  readonly isNew: boolean;
}

interface Fields {
  readonly id: string;
  readonly provider: string;
  readonly weight: number;
  readonly priority: number;
  readonly passThrough: boolean;
  readonly relay: RelayLevel | undefined;
  readonly traces: Recording;
  readonly models: string;
  readonly options: Options;
  /** What few need, as JSON. */
  readonly advanced: string;
}

const ADVANCED = ['capabilities', 'concurrency', 'timeouts', 'limits', 'healthCheck'] as const;
type Advanced = Pick<Call<'POST /upstreams'>['body'], (typeof ADVANCED)[number]>;

function fieldsOf({ upstream, isNew }: Draft): Fields {
  const { models, options = {} } = upstream ?? {};
  const advanced = Object.fromEntries(
    ADVANCED.flatMap((name) => (upstream?.[name] === undefined ? [] : [[name, upstream[name]]])),
  );
  return {
    id: upstream?.id ?? '',
    provider: upstream?.provider ?? '',
    weight: upstream?.weight ?? 1,
    priority: upstream?.priority ?? 0,
    passThrough: upstream?.passThrough ?? true,
    relay: upstream?.relay,
    traces: upstream?.traces ?? '',
    models: (models?.list ?? []).join('\n'),
    // A copy cannot take along what is never told.
    options: isNew
      ? Object.fromEntries(Object.entries(options).filter(([, value]) => !isSetMark(value)))
      : options,
    advanced: upstream ? JSON.stringify(advanced, undefined, 2) : '',
  };
}

/** A new one is of the first kind, unless another is chosen. */
function withKind(fields: Fields, [first]: readonly Provider[]): Fields {
  return fields.provider === '' && first ? { ...fields, provider: first.name } : fields;
}

const isChanged = (draft: Draft, fields: Fields): boolean =>
  JSON.stringify(fields) !== JSON.stringify(fieldsOf(draft));

export function UpstreamDrawer({ draft, onClose }: { readonly draft: Draft; readonly onClose: () => void }) {
  const t = useTranslations('upstreams');
  const refresh = useRefresh();
  const { data: providers = [] } = useAdmin('GET /providers');
  const [edited, setFields] = useState(() => fieldsOf(draft));
  const fields = withKind(edited, providers);
  const [failure, setFailure] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  const [result, setResult] = useState<TestResult | string>();
  const { upstream, isNew } = draft;
  const saved = isNew ? {} : (upstream?.options ?? {});
  const isReadOnly = !isNew && upstream?.origin === 'file';
  const provider = providers.find(({ name }) => name === fields.provider);
  const schema = provider?.options as OptionsSchema | undefined;
  const typed = useProblems(schema, fields.options);
  const problems: Problems = new Map([...refusals(failure), ...typed]);
  const isMoved = asksForSecrets(saved, fields.options, schema);
  // A test of an upstream that is there uses the saved options, since only those have its secrets.
  const savesFirst = !isNew && isChanged(draft, edited);
  const set = (change: Partial<Fields>): void => setFields((before) => ({ ...before, ...change }));

  const bodyOf = () => {
    const { options, models, advanced, weight, priority, passThrough, relay } = fields;
    const list = entriesOf(models, '\n');
    return {
      // What people write as JSON the gateway checks.
      ...(parseJson(advanced) as Advanced | undefined),
      ...{ weight, priority, passThrough, relay },
      models: { ...upstream?.models, list: list.length > 0 ? list : undefined },
      options: changedOptions(saved, options),
    };
  };
  const { id, provider: name, traces } = fields;
  const whole = () => ({ id, provider: name, ...bodyOf(), ...(traces !== '' && { traces }) });
  const save = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      if (isNew) await callAdmin('POST /upstreams', { body: whole() });
      else {
        const body = { ...bodyOf(), traces: traces === '' ? null : traces };
        await callAdmin('PATCH /upstreams/:id', { params: { id }, body });
      }
      await refresh('GET /upstreams', 'GET /models');
      toast.success(t('saved', { id }));
      onClose();
    } catch (error) {
      setFailure(error instanceof Error ? error : new Error(String(error)));
      setBusy(false);
    }
  };
  const test = async (): Promise<void> => {
    setBusy(true);
    try {
      const testing = isNew
        ? callAdmin('POST /upstreams/test', { body: { upstream: whole() } })
        : callAdmin('POST /upstreams/:id/test', { params: { id }, body: {} });
      setResult(await testing);
    } catch (error) {
      setResult(messageOf(error));
      if (error instanceof ApiError) setFailure(error);
    }
    setBusy(false);
  };

  return (
    <Dialog
      isOpen
      onClose={onClose}
      shape="drawer"
      title={isNew ? t('addTitle') : fields.id}
      description={provider && <TextWithCode text={provider.description} />}
    >
      <form
        className="grid gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {!isNew && upstream && <UpstreamNotices upstream={upstream} />}
        {failure && <RefusalNotice failure={failure} schema={schema} />}
        {isNew && (
          <>
            <SelectField
              label={t('provider')}
              value={fields.provider}
              options={providers.map(({ name, title }) => ({ value: name, label: title }))}
              onChange={(name) => set({ provider: name, options: {} })}
            />
            <TextField
              label={t('id')}
              hint={t('idHint')}
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
            asksForSecrets={isMoved}
            onChange={(options) => {
              set({ options });
              setFailure(undefined);
            }}
          />
        )}
        <ModelsField
          value={fields.models}
          found={typeof result === 'object' ? (result.models ?? []) : []}
          isReadOnly={isReadOnly}
          onChange={(models) => set({ models })}
        />
        <div className="grid grid-cols-2 gap-4">
          <TextField
            label={t('weight')}
            hint={t('weightHint')}
            type="number"
            min={0}
            step="any"
            disabled={isReadOnly}
            value={fields.weight}
            onChange={(event) => set({ weight: Number(event.target.value) })}
          />
          <TextField
            label={t('priority')}
            hint={t('priorityHint')}
            type="number"
            disabled={isReadOnly}
            value={fields.priority}
            onChange={(event) => set({ priority: Number(event.target.value) })}
          />
        </div>
        <RecordingField
          label={t('traces')}
          disabled={isReadOnly}
          value={fields.traces}
          onChange={(traces) => set({ traces })}
        />
        <RelayField
          preset="all"
          disabled={isReadOnly}
          value={fields.relay}
          onChange={(relay) => set({ relay })}
        />
        <CheckField
          label={t('passThrough')}
          hint={t('passThroughHint')}
          disabled={isReadOnly}
          checked={fields.passThrough}
          onChange={(passThrough) => set({ passThrough })}
        />
        {!isReadOnly && (
          <details>
            <summary className="cursor-pointer font-medium">{t('advanced')}</summary>
            <p className="my-2 text-sm text-quiet">{t('advancedHint')}</p>
            <CodeEditor
              label={t('advanced')}
              value={fields.advanced}
              onChange={(advanced) => set({ advanced })}
            />
          </details>
        )}
        <FormFooter
          result={result}
          isBusy={isBusy}
          savesFirst={savesFirst}
          isReadOnly={isReadOnly}
          isValid={typed.size === 0}
          onTest={() => void test()}
        />
      </form>
    </Dialog>
  );
}
