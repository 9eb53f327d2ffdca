'use client';

import { useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { ApiError, call } from '../../lib/api.ts';

export function SignOutButton() {
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle');
  const signOut = async (): Promise<void> => {
    setState('busy');
    try {
      await call('DELETE', '/session');
    } catch (error) {
      // A session that is already over is what was asked for.
      if (!(error instanceof ApiError && error.status === 401)) return setState('failed');
    }
    // A fresh document: nothing that was shown to the signed-in stays in memory.
    window.location.reload();
  };
  return (
    <Button kind="quiet" disabled={state === 'busy'} onClick={() => void signOut()}>
      {state === 'failed' ? 'Sign-out failed, try again' : 'Sign out'}
    </Button>
  );
}
