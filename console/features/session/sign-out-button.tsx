'use client';

import { LogOut } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { useTranslations } from 'use-intl';
import { IconButton } from '../../components/ui/button.tsx';
import { ApiError } from '../../lib/admin/api-error.ts';
import { callAdmin } from '../../lib/admin/call.ts';

export function SignOutButton() {
  const t = useTranslations('shell');
  const [isBusy, setBusy] = useState(false);
  const signOut = async (): Promise<void> => {
    setBusy(true);
    try {
      await callAdmin('DELETE /session');
    } catch (error) {
      // A session that is already over is what was asked for.
      if (!(error instanceof ApiError && error.status === 401)) {
        setBusy(false);
        toast.error(t('signOutFailed'));
        return;
      }
    }
    // A fresh document: nothing that was shown to the signed-in stays in memory.
    window.location.reload();
  };
  return (
    <IconButton label={t('signOut')} disabled={isBusy} onClick={() => void signOut()}>
      <LogOut size={18} />
    </IconButton>
  );
}
