import type { ReactNode } from 'react';
import { classNames } from '../../lib/class-names.ts';

const TONES = {
  good: 'bg-good-ground text-good',
  warn: 'bg-warn-ground text-warn',
  bad: 'bg-bad-ground text-bad',
  quiet: 'bg-sunken text-quiet',
  accent: 'bg-tint text-accent',
} as const;

export type Tone = keyof typeof TONES;

/** A word about a state: it says it in words, the colour only helps. */
export function Badge({
  tone,
  children,
  title,
}: {
  readonly tone: Tone;
  readonly children: ReactNode;
  readonly title?: string | undefined;
}) {
  return (
    <span
      title={title}
      className={classNames(
        'inline-flex items-center gap-1 rounded px-1.5 py-0.5 text-xs font-medium whitespace-nowrap',
        TONES[tone],
      )}
    >
      {children}
    </span>
  );
}
