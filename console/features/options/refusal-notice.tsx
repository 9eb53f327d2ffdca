'use client';

import { useTranslations } from 'use-intl';
import { Notice } from '../../components/ui/notice.tsx';
import type { OptionsSchema } from './schema-form.tsx';
import { isPlaced, issuesOf } from './use-problems.ts';

interface RefusalNoticeProps {
  readonly failure: Error;
  readonly schema: OptionsSchema | undefined;
}

/** Why the gateway refused the form, without what the fields say themselves. */
export function RefusalNotice({ failure, schema }: RefusalNoticeProps) {
  const t = useTranslations('schemaForm');
  const issues = issuesOf(failure);
  const unplaced = issues.filter(({ path }) => !isPlaced(path, schema));
  if (unplaced.length === 0 && issues.length > 0) return <Notice kind="error">{t('seeFields')}</Notice>;
  const texts = unplaced.map(({ path, message }) => `${path}: ${message}`);
  return <Notice kind="error">{[failure.message, ...texts].join(' ')}</Notice>;
}
