import {
  Activity,
  FlaskConical,
  KeyRound,
  LayoutDashboard,
  type LucideIcon,
  Server,
  Settings,
} from 'lucide-react';
import type { Messages } from '../../messages/en.ts';

export interface ConsolePage {
  readonly href: string;
  readonly name: keyof Messages['pages'];
  readonly icon: LucideIcon;
  /** Pressed after `g`, goes there. */
  readonly key: string;
}

export const PAGES: readonly ConsolePage[] = [
  { href: '/', name: 'overview', icon: LayoutDashboard, key: 'o' },
  { href: '/playground/', name: 'playground', icon: FlaskConical, key: 'p' },
  { href: '/traces/', name: 'traces', icon: Activity, key: 't' },
  { href: '/upstreams/', name: 'upstreams', icon: Server, key: 'u' },
  { href: '/keys/', name: 'keys', icon: KeyRound, key: 'k' },
  { href: '/settings/', name: 'settings', icon: Settings, key: 's' },
];
