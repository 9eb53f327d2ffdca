'use client';

import { type FormEvent, useCallback, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../../components/ui/button.tsx';
import { CodeBlock } from '../../components/text/code-block.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { TextField } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { messageOf } from '../../lib/admin/api-error.ts';
import { callAdmin } from '../../lib/admin/call.ts';
import { useConfirmationAsker } from '../../lib/admin/confirmation.ts';
import { useAdmin } from '../../lib/admin/use-admin.ts';

const LINK_COMMAND = './dragoman sign-in-link';

/** Asks for a confirmation whenever a call of the admin API needs one. */
export function ConfirmDialog() {
  const [isOpen, setOpen] = useState(false);
  const answer = useRef<(isConfirmed: boolean) => void>(undefined);
  const ask = useCallback(() => {
    setOpen(true);
    return new Promise<boolean>((resolve) => {
      answer.current = resolve;
    });
  }, []);
  useConfirmationAsker(ask);
  const close = (isConfirmed: boolean): void => {
    setOpen(false);
    answer.current?.(isConfirmed);
  };
  return isOpen ? <Question onClose={close} /> : null;
}

function Question({ onClose }: { readonly onClose: (isConfirmed: boolean) => void }) {
  const t = useTranslations('confirm');
  const { data: session } = useAdmin('GET /session');
  const [isByLink, setByLink] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const hasPassword = session?.password ?? true;
  const way = hasPassword && !isByLink ? 'password' : 'link';

  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const given = new FormData(event.currentTarget).get(way);
    if (typeof given !== 'string') return;
    setBusy(true);
    setProblem(undefined);
    try {
      const body = way === 'password' ? { password: given } : { token: tokenOf(given) };
      await callAdmin('POST /session/confirm', { body });
      onClose(true);
    } catch (error) {
      setProblem(messageOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog isOpen onClose={() => onClose(false)} title={t('title')} description={t('description')}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          // React events bubble through the portal to a form that opened the dialog.
          event.stopPropagation();
          void submit(event);
        }}
      >
        {problem !== undefined && <Notice kind="error">{problem}</Notice>}
        {way === 'password' ? (
          <TextField
            key="password"
            label={t('password')}
            name="password"
            type="password"
            autoComplete="current-password"
            data-first
            required
          />
        ) : (
          <>
            <p className="text-sm text-quiet">{t('linkHint')}</p>
            <CodeBlock label={t('command')} text={LINK_COMMAND} />
            <TextField key="link" label={t('link')} name="link" autoComplete="off" data-first required />
          </>
        )}
        <div className="flex flex-wrap items-center gap-2">
          <Button type="submit" disabled={isBusy}>
            {isBusy ? t('busy') : t('submit')}
          </Button>
          {hasPassword && (
            <Button
              kind="plain"
              onClick={() => {
                setProblem(undefined);
                setByLink(!isByLink);
              }}
            >
              {isByLink ? t('byPassword') : t('byLink')}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

/** Accepts the whole link, or its token. */
function tokenOf(text: string): string {
  return /#token=([\w-]+)/.exec(text)?.[1] ?? text.trim();
}
