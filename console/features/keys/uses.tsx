'use client';

import { useTranslations } from 'use-intl';
import { useFormats } from '../../lib/format.ts';
import type { LimitsView } from '../../lib/admin/types.ts';

type LimitName = LimitsView['uses'][number]['name'];

/** What is used of each limit, as it is now. */
export function Uses({ view }: { readonly view: LimitsView | undefined }) {
  const t = useTranslations('limits');
  const formats = useFormats();
  const write = (name: LimitName, amount: number): string =>
    name.startsWith('cost') ? formats.money(amount) : formats.number(amount);
  if (!view) return <span className="text-quiet">–</span>;
  return (
    <ul className="grid gap-1.5">
      {view.uses.map(({ name, limit, used }) => {
        const share = limit === 0 ? 1 : Math.min(1, used / limit);
        return (
          <li key={name} className="grid gap-0.5 text-xs">
            <span className="flex justify-between gap-3">
              <span>{t(name)}</span>
              <span className="tabular-nums">
                {write(name, used)} / {write(name, limit)}
              </span>
            </span>
            <span className="h-1.5 rounded-full bg-sunken" aria-hidden>
              <span
                className={`block h-full rounded-full ${share > 0.9 ? 'bg-bad' : 'bg-accent'}`}
                style={{ width: `${share * 100}%` }}
              />
            </span>
          </li>
        );
      })}
    </ul>
  );
}
