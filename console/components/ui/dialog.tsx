'use client';

import { X } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { classNames } from '../../lib/class-names.ts';
import { IconButton } from './button.tsx';

interface DialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly children: ReactNode;
  /** `drawer` comes from the side and has room for a form. */
  readonly shape?: 'box' | 'drawer';
}

const SHAPES = {
  box: 'top-1/2 left-1/2 max-h-[90dvh] w-[min(560px,calc(100vw-24px))] -translate-x-1/2 -translate-y-1/2 rounded-lg',
  drawer: 'inset-y-0 right-0 w-[min(640px,100vw)]',
};

export function Dialog({ isOpen, onClose, title, description, children, shape = 'box' }: DialogProps) {
  const t = useTranslations('common');
  return (
    <Primitive.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-50 bg-black/45" />
        <Primitive.Content
          aria-describedby={undefined}
          onOpenAutoFocus={focusFirstField}
          className={classNames('fixed z-50 flex flex-col border bg-surface shadow-xl', SHAPES[shape])}
        >
          <header className="flex items-start justify-between gap-3 border-b px-5 py-3.5">
            <div className="min-w-0">
              <Primitive.Title className="text-lg font-semibold wrap-anywhere">{title}</Primitive.Title>
              {description !== undefined && <p className="text-sm text-quiet">{description}</p>}
            </div>
            <Primitive.Close asChild>
              <IconButton label={t('close')}>
                <X size={18} />
              </IconButton>
            </Primitive.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto p-5">{children}</div>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** Focuses the field marked with `data-first` instead of the close button. */
function focusFirstField(event: Event): void {
  const { currentTarget } = event;
  const field = currentTarget instanceof HTMLElement && currentTarget.querySelector('[data-first]');
  if (!(field instanceof HTMLElement)) return;
  event.preventDefault();
  field.focus();
}
