'use client';

import { MoreHorizontal } from 'lucide-react';
import { DropdownMenu as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';
import { classNames } from '../../lib/class-names.ts';
import { IconButton } from './button.tsx';

export interface MenuItem {
  readonly label: ReactNode;
  readonly onSelect: () => void;
  readonly isDangerous?: boolean;
  readonly isDisabled?: boolean;
}

export function Menu({
  trigger,
  items,
}: {
  readonly trigger: ReactNode;
  readonly items: readonly MenuItem[];
}) {
  return (
    <Primitive.Root>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          align="end"
          sideOffset={4}
          className="z-50 min-w-44 rounded-md border bg-surface p-1 shadow-lg"
        >
          {items.map(({ label, onSelect, isDangerous, isDisabled = false }, at) => (
            <Primitive.Item
              key={at}
              disabled={isDisabled}
              onSelect={onSelect}
              className={classNames(
                'flex cursor-pointer items-center gap-2 rounded px-2.5 py-1.5 outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-sunken',
                isDangerous && 'text-bad',
              )}
            >
              {label}
            </Primitive.Item>
          ))}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

interface RowMenuProps {
  /** Names the row, for those who cannot see it. */
  readonly label: string;
  readonly items: readonly MenuItem[];
}

/** What can be done with a row of a table. */
export function RowMenu({ label, items }: RowMenuProps) {
  return (
    <div className="text-right">
      <Menu
        items={items}
        trigger={
          <IconButton label={label}>
            <MoreHorizontal size={18} />
          </IconButton>
        }
      />
    </div>
  );
}
