'use client';

import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { TextField } from '../../components/ui/field.tsx';
import { messageOf } from '../../lib/admin/api-error.ts';
import { callAdmin } from '../../lib/admin/call.ts';
import type { TestResult, Upstream } from '../../lib/admin/types.ts';
import { TestOutcome } from './test-outcome.tsx';

export function TestDialog({
  upstream,
  onClose,
}: {
  readonly upstream: Upstream;
  readonly onClose: () => void;
}) {
  const t = useTranslations('upstreams');
  const [model, setModel] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [result, setResult] = useState<TestResult | string>();
  const test = async (): Promise<void> => {
    setBusy(true);
    try {
      const body = model === '' ? {} : { model };
      setResult(await callAdmin('POST /upstreams/:id/test', { params: { id: upstream.id }, body }));
    } catch (error) {
      setResult(messageOf(error));
    }
    setBusy(false);
  };
  return (
    <Dialog isOpen onClose={onClose} title={t('testTitle', { id: upstream.id })} description={t('testHint')}>
      <div className="grid gap-4">
        <TextField
          label={t('testModel')}
          hint={t('testModelHint')}
          value={model}
          onChange={(event) => setModel(event.target.value)}
        />
        <Button disabled={isBusy} onClick={() => void test()}>
          {isBusy ? t('testing') : t('test')}
        </Button>
        <TestOutcome result={result} />
      </div>
    </Dialog>
  );
}
