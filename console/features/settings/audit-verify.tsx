'use client';

import { useState } from 'react';
import { toast } from 'sonner';
import { useTranslations } from 'use-intl';
import { Badge } from '../../components/ui/badge.tsx';
import { Button } from '../../components/ui/button.tsx';
import { messageOf } from '../../lib/admin/api-error.ts';
import { callAdmin } from '../../lib/admin/call.ts';
import type { AuditReport } from '../../lib/admin/types.ts';

/** Checks the chain of the audit log when asked. */
export function AuditVerify() {
  const t = useTranslations('audit');
  const [report, setReport] = useState<AuditReport>();
  const [isBusy, setBusy] = useState(false);
  const verify = async (): Promise<void> => {
    setBusy(true);
    try {
      setReport(await callAdmin('GET /audit/verify'));
    } catch (error) {
      toast.error(messageOf(error));
    }
    setBusy(false);
  };
  return (
    <div className="flex flex-wrap items-center gap-2" aria-live="polite">
      {report && (
        <Badge
          tone={report.ok ? 'good' : 'bad'}
          title={report.problems.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n')}
        >
          {report.ok ? t('whole', { count: report.entries }) : t('broken')}
        </Badge>
      )}
      <Button kind="quiet" isSmall disabled={isBusy} onClick={() => void verify()}>
        {t('verify')}
      </Button>
    </div>
  );
}
