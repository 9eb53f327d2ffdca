import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { DataProvider } from '../lib/data-provider.tsx';
import './globals.css';

export const metadata: Metadata = { title: 'Dragoman', description: 'The console of the Dragoman gateway.' };

export const viewport: Viewport = { colorScheme: 'light dark' };

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <DataProvider>{children}</DataProvider>
      </body>
    </html>
  );
}
