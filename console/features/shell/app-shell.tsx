'use client';

import { Search } from 'lucide-react';
import dynamic from 'next/dynamic';
import { usePathname, useRouter } from 'next/navigation';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { ConfirmDialog } from '../session/confirm-dialog.tsx';
import { SignOutButton } from '../session/sign-out-button.tsx';
import { useSession } from '../session/use-session.ts';
import { useShortcuts } from '../../lib/use-shortcuts.ts';
import { Button } from '../../components/ui/button.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { Brand } from './brand.tsx';
import { Navigation } from './navigation.tsx';
import { PAGES } from './pages.ts';
import { LanguageMenu, ThemeMenu } from './preferences.tsx';
import { StoreWarning } from './store-warning.tsx';

const CommandPalette = dynamic(() => import('./command-palette.tsx'), { ssr: false });

const SIGN_IN = '/sign-in/';

/** The frame of every page. Whoever is not signed in is sent to sign in, and comes back to where they were. */
export function AppShell({ children }: { readonly children: ReactNode }) {
  const t = useTranslations('shell');
  const session = useSession();
  const path = usePathname();
  const router = useRouter();
  const isSignIn = path.startsWith(SIGN_IN);
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const isInside = session.state === 'signed-in' && !isSignIn;
  useGoKeys(isInside, () => setPaletteOpen((open) => !open));

  useEffect(() => {
    if (session.state !== 'signed-out' || isSignIn) return;
    const here = path + window.location.search;
    router.replace(here === '/' ? SIGN_IN : `${SIGN_IN}?next=${encodeURIComponent(here)}`);
  }, [session.state, isSignIn, path, router]);

  return (
    <div className="min-h-dvh">
      <a href="#main" className="sr-only focus:not-sr-only focus:fixed focus:z-50 focus:bg-surface focus:p-2">
        {t('skip')}
      </a>
      <header className="sticky top-0 z-30 flex h-14 items-center justify-between gap-2 border-b bg-surface px-4">
        <Brand />
        <div className="flex items-center gap-1">
          {isInside && (
            <Button
              kind="quiet"
              isSmall
              onClick={() => setPaletteOpen(true)}
              aria-keyshortcuts="Control+K Meta+K"
            >
              <Search size={14} aria-hidden />
              <span className="sr-only sm:not-sr-only">{t('find')}</span>
              <kbd aria-hidden className="hidden text-xs text-quiet sm:inline">
                ⌘K
              </kbd>
            </Button>
          )}
          <LanguageMenu />
          <ThemeMenu />
          {isInside && <SignOutButton />}
        </div>
      </header>
      <div className="md:flex">
        {isInside && <Navigation />}
        <main
          id="main"
          className="mx-auto w-full max-w-[1600px] min-w-0 flex-1 px-4 pt-5 pb-24 md:px-6 md:pb-10"
        >
          {isInside && <StoreWarning />}
          {isInside || isSignIn ? children : <Waiting session={session} />}
        </main>
      </div>
      {isInside && <ConfirmDialog />}
      {isPaletteOpen && <CommandPalette onClose={() => setPaletteOpen(false)} />}
    </div>
  );
}

function Waiting({ session }: { readonly session: ReturnType<typeof useSession> }) {
  if (session.state !== 'failed') return <Skeleton lines={4} />;
  return (
    <Notice kind="error" onRetry={session.retry}>
      {session.error.message}
    </Notice>
  );
}

/** ⌘K opens the palette; `g` and then the letter of a page goes there. */
function useGoKeys(isOn: boolean, openPalette: () => void): void {
  const router = useRouter();
  const pressedAt = useRef(0);
  const goKeys = Object.fromEntries(
    PAGES.map(({ key, href }) => [
      key,
      () => performance.now() - pressedAt.current < 1_000 && router.push(href),
    ]),
  );
  useShortcuts(
    isOn
      ? {
          ...goKeys,
          g: () => {
            pressedAt.current = performance.now();
          },
          'mod+k': (event) => {
            event.preventDefault();
            openPalette();
          },
        }
      : {},
  );
}
