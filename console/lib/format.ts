import { useFormatter } from 'use-intl';

export interface Formats {
  readonly number: (value: number) => string;
  readonly compact: (value: number) => string;
  readonly money: (value: number) => string;
  /** What requests cost together; a plus where some have no price, and a dash where none has. */
  readonly spend: (row: {
    readonly cost: number;
    readonly requests: number;
    readonly unpriced: number;
  }) => string;
  readonly percent: (share: number) => string;
  /** Milliseconds in the unit that fits. */
  readonly ms: (value: number | null | undefined) => string;
  readonly time: (at: number) => string;
  readonly dateTime: (at: number) => string;
  readonly ago: (at: number) => string;
}

/** Numbers and times as people write them where they are. */
export function useFormats(): Formats {
  const format = useFormatter();
  const money: Formats['money'] = (value) =>
    format.number(value, {
      style: 'currency',
      currency: 'USD',
      currencyDisplay: 'narrowSymbol',
      maximumFractionDigits: value !== 0 && Math.abs(value) < 1 ? 4 : 2,
    });
  return {
    money,
    spend: ({ cost, requests, unpriced }) =>
      unpriced === requests ? '–' : `${money(cost)}${unpriced > 0 ? ' +' : ''}`,
    number: (value) => format.number(value),
    compact: (value) => format.number(value, { notation: 'compact', maximumFractionDigits: 1 }),
    percent: (share) => format.number(share, { style: 'percent', maximumFractionDigits: 1 }),
    ms(value) {
      if (value === null || value === undefined) return '–';
      if (value < 1000) return `${format.number(value, { maximumFractionDigits: value < 10 ? 1 : 0 })} ms`;
      if (value < 120_000) return `${format.number(value / 1000, { maximumFractionDigits: 2 })} s`;
      return `${format.number(value / 60_000, { maximumFractionDigits: 1 })} min`;
    },
    time: (at) =>
      format.dateTime(at, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }),
    dateTime: (at) =>
      format.dateTime(at, {
        ...{ year: 'numeric', month: 'short', day: 'numeric' },
        ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false },
      }),
    ago: (at) => format.relativeTime(at, Date.now()),
  };
}
