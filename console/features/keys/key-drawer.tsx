'use client';

import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../../components/ui/button.tsx';
import { CodeBlock } from '../../components/text/code-block.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { TextField } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { RelayField, type RelayLevel } from '../fields/relay-field.tsx';
import { type Recording, RecordingField } from '../fields/recording-field.tsx';
import { messageOf } from '../../lib/admin/api-error.ts';
import { callAdmin } from '../../lib/admin/call.ts';
import type { Key, NewKey } from '../../lib/admin/types.ts';
import { entriesOf } from '../../lib/entries.ts';
import { useCurlExample } from '../../lib/use-protocols.ts';
import { LimitFields, type LimitsInput } from './limit-fields.tsx';
import { useRefresh } from '../../lib/admin/use-refresh.ts';

/** A new key, or a change of one. A new one is shown this once. */
export function KeyDrawer({
  item,
  onClose,
}: {
  readonly item: Key | undefined;
  readonly onClose: () => void;
}) {
  const t = useTranslations('keys');
  const refresh = useRefresh();
  const [name, setName] = useState(item?.name ?? '');
  const [models, setModels] = useState((item?.models ?? []).join(', '));
  const [upstreams, setUpstreams] = useState((item?.upstreams ?? []).join(', '));
  const [expires, setExpires] = useState(item?.expiresAt?.slice(0, 10) ?? '');
  const [relay, setRelay] = useState<RelayLevel | undefined>(item?.relay);
  const [traces, setTraces] = useState<Recording>(item?.traces ?? '');
  const [limits, setLimits] = useState<LimitsInput>(item?.limits ?? {});
  const [problem, setProblem] = useState<string>();
  const [made, setMade] = useState<NewKey>();

  const save = async (): Promise<void> => {
    const modelNames = entriesOf(models, ',');
    const upstreamNames = entriesOf(upstreams, ',');
    // A field that is emptied is lifted; a new key has nothing to lift.
    const bodyOf = <None extends null | undefined>(none: None) => ({
      name,
      models: modelNames.length > 0 ? modelNames : none,
      upstreams: upstreamNames.length > 0 ? upstreamNames : none,
      expiresAt: expires === '' ? none : new Date(`${expires}T23:59:59`).toISOString(),
      relay,
      traces: traces === '' ? none : traces,
      limits: Object.keys(limits).length > 0 ? limits : none,
    });
    try {
      if (item) {
        await callAdmin('PATCH /keys/:id', { params: { id: item.id }, body: bodyOf(null) });
        onClose();
      } else setMade(await callAdmin('POST /keys', { body: bodyOf(undefined) }));
      await refresh('GET /keys', 'GET /limits');
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  if (made) return <Secret made={made} onClose={onClose} />;
  return (
    <Dialog isOpen onClose={onClose} shape="drawer" title={item?.name ?? t('add')}>
      <form
        className="grid gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {problem !== undefined && <Notice kind="error">{problem}</Notice>}
        <TextField
          label={t('name')}
          hint={t('nameHint')}
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label={t('allowedModels')}
          hint={t('listHint')}
          value={models}
          onChange={(event) => setModels(event.target.value)}
        />
        <TextField
          label={t('allowedUpstreams')}
          hint={t('listHint')}
          value={upstreams}
          onChange={(event) => setUpstreams(event.target.value)}
        />
        <TextField
          label={t('expiresAt')}
          type="date"
          value={expires}
          onChange={(event) => setExpires(event.target.value)}
        />
        <RelayField value={relay} preset="stateless" onChange={setRelay} />
        <RecordingField label={t('traces')} value={traces} onChange={setTraces} />
        <LimitFields value={limits} onChange={setLimits} />
        <Button type="submit">{item ? t('save') : t('create')}</Button>
      </form>
    </Dialog>
  );
}

function Secret({ made, onClose }: { readonly made: NewKey; readonly onClose: () => void }) {
  const t = useTranslations('keys');
  const example = useCurlExample(made.secret);
  return (
    <Dialog isOpen onClose={onClose} title={t('madeTitle', { name: made.key.name })}>
      <div className="grid gap-4">
        <Notice kind="warning">{t('once')}</Notice>
        <CodeBlock label={t('secret')} text={made.secret} />
        <CodeBlock label="curl" text={example} />
        <Button onClick={onClose}>{t('done')}</Button>
      </div>
    </Dialog>
  );
}
