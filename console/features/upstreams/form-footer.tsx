'use client';

import { useId } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../../components/ui/button.tsx';
import type { TestResult } from '../../lib/admin/types.ts';
import { TestOutcome } from './test-outcome.tsx';

interface FormFooterProps {
  readonly result: TestResult | string | undefined;
  readonly isBusy: boolean;
  /** Whether changes have to be saved before a test. */
  readonly savesFirst: boolean;
  readonly isReadOnly: boolean;
  readonly isValid: boolean;
  readonly onTest: () => void;
}

/** The buttons of an upstream's form and what a test found, always in sight. */
export function FormFooter({ result, isBusy, savesFirst, isReadOnly, isValid, onTest }: FormFooterProps) {
  const t = useTranslations('upstreams');
  const hint = useId();
  return (
    <div className="sticky -bottom-5 -mx-5 -mb-5 grid gap-3 border-t bg-surface px-5 py-3">
      <div className="max-h-[40dvh] overflow-y-auto empty:hidden">
        <TestOutcome result={result} />
      </div>
      <div className="flex items-center justify-end gap-2">
        {savesFirst && (
          <span id={hint} className="text-xs text-quiet">
            {t('saveFirst')}
          </span>
        )}
        <Button
          kind="quiet"
          disabled={isBusy || savesFirst}
          aria-describedby={savesFirst ? hint : undefined}
          onClick={onTest}
        >
          {t('test')}
        </Button>
        {!isReadOnly && (
          <Button type="submit" disabled={isBusy || !isValid}>
            {t('save')}
          </Button>
        )}
      </div>
    </div>
  );
}
