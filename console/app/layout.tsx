import type { Metadata, Viewport } from 'next';
import { ThemeProvider } from 'next-themes';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { type ReactNode, Suspense } from 'react';
import { AppShell } from '../features/shell/app-shell.tsx';
import { Toasts } from '../features/shell/toasts.tsx';
import { DataProvider } from '../lib/admin/data-provider.tsx';
import { LanguageProvider } from '../lib/i18n.tsx';
import './globals.css';

export const metadata: Metadata = { title: 'Dragoman', description: 'The console of the Dragoman gateway.' };

export const viewport: Viewport = { colorScheme: 'light dark' };

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    // The theme is set before the page is drawn, so the page that was built differs.
    <html lang="en" suppressHydrationWarning>
      <body>
        <ThemeProvider attribute="data-theme" disableTransitionOnChange>
          <LanguageProvider>
            <DataProvider>
              {/* What is in the address is known to browsers only. */}
              <Suspense>
                <NuqsAdapter>
                  <AppShell>{children}</AppShell>
                </NuqsAdapter>
              </Suspense>
            </DataProvider>
            <Toasts />
          </LanguageProvider>
        </ThemeProvider>
      </body>
    </html>
  );
}
