'use client';

import { Command } from 'cmdk';
import { useRouter } from 'next/navigation';
import { useTheme } from 'next-themes';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { PAGES } from './pages.ts';
import { useAdmin } from '../../lib/admin/use-admin.ts';

const ITEM = 'flex cursor-pointer items-center gap-2.5 rounded px-2.5 py-2 data-[selected=true]:bg-sunken';

/** Goes anywhere by its name; a request's id opens its trace. */
export default function CommandPalette({ onClose }: { readonly onClose: () => void }) {
  const t = useTranslations();
  const router = useRouter();
  const { setTheme } = useTheme();
  const [text, setText] = useState('');
  const { data: upstreams = [] } = useAdmin('GET /upstreams');
  const go = (href: string) => () => {
    onClose();
    router.push(href);
  };
  const id = text.trim();
  return (
    <Command.Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      label={t('shell.palette')}
      overlayClassName="fixed inset-0 z-40 bg-black/45"
      contentClassName="fixed top-[15dvh] left-1/2 z-50 w-[min(560px,calc(100vw-24px))] -translate-x-1/2 overflow-hidden rounded-lg border bg-surface shadow-xl"
    >
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder={t('shell.paletteHint')}
        className="w-full border-b bg-surface px-4 py-3 outline-none"
      />
      <Command.List className="max-h-80 overflow-y-auto p-2">
        <Command.Empty className="px-2.5 py-2 text-quiet">{t('shell.paletteEmpty')}</Command.Empty>
        {PAGES.map(({ href, name, icon: Icon }) => (
          <Command.Item key={href} className={ITEM} onSelect={go(href)} value={t(`pages.${name}`)}>
            <Icon size={16} aria-hidden /> {t(`pages.${name}`)}
          </Command.Item>
        ))}
        {upstreams.map((upstream) => (
          <Command.Item
            key={upstream.id}
            className={ITEM}
            value={`${t('pages.upstreams')} ${upstream.id}`}
            onSelect={go(`/traces/?upstream=${encodeURIComponent(upstream.id)}`)}
          >
            {t('shell.tracesOf', { upstream: upstream.id })}
          </Command.Item>
        ))}
        {(['light', 'dark', 'system'] as const).map((theme) => (
          <Command.Item
            key={theme}
            className={ITEM}
            onSelect={() => {
              setTheme(theme);
              onClose();
            }}
          >
            {t('shell.theme')}: {t(`shell.${theme}`)}
          </Command.Item>
        ))}
        {/^\S{6,}$/.test(id) && (
          <Command.Item
            className={ITEM}
            value={`trace ${id}`}
            onSelect={go(`/traces/view/?id=${encodeURIComponent(id)}`)}
          >
            {t('shell.openTrace', { id })}
          </Command.Item>
        )}
      </Command.List>
    </Command.Dialog>
  );
}
