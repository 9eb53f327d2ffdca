import type { ComponentProps } from 'react';
import { classNames } from '../../lib/class-names.ts';

const KINDS = {
  primary: 'bg-accent text-on-accent hover:opacity-90',
  quiet: 'border bg-surface text-ink hover:bg-sunken',
  plain: 'text-ink hover:bg-sunken',
  danger: 'border border-bad/40 bg-surface text-bad hover:bg-bad-ground',
} as const;

export type ButtonKind = keyof typeof KINDS;

export function buttonClass(kind: ButtonKind = 'primary', isSmall = false): string {
  return classNames(
    'inline-flex items-center justify-center gap-2 rounded-md font-medium whitespace-nowrap disabled:opacity-60',
    isSmall ? 'min-h-7 px-2 text-sm' : 'min-h-9 px-3.5',
    KINDS[kind],
  );
}

interface ButtonProps extends ComponentProps<'button'> {
  readonly kind?: ButtonKind;
  readonly isSmall?: boolean;
}

export function Button({ kind, isSmall, type = 'button', className, ...rest }: ButtonProps) {
  return <button className={classNames(buttonClass(kind, isSmall), className)} type={type} {...rest} />;
}

interface IconButtonProps extends ComponentProps<'button'> {
  /** What it does, for those who cannot see the picture, and on hover. */
  readonly label: string;
}

export function IconButton({ label, className, type = 'button', ...rest }: IconButtonProps) {
  return (
    <button
      aria-label={label}
      title={label}
      type={type}
      className={classNames(
        'inline-flex size-8 shrink-0 items-center justify-center rounded-md text-quiet hover:bg-sunken hover:text-ink disabled:opacity-50',
        className,
      )}
      {...rest}
    />
  );
}
