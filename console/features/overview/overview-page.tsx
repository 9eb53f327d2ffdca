'use client';

import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { Loaded } from '../../components/ui/loaded.tsx';
import { LineChart } from '../../components/ui/lazy.tsx';
import { Panel } from '../../components/ui/panel.tsx';
import { SelectField } from '../../components/ui/field.tsx';
import { useFormats } from '../../lib/format.ts';
import type { StatsRow } from '../../lib/admin/types.ts';
import { Breakdown } from './breakdown.tsx';
import { Failures } from './failures.tsx';
import { FirstSteps } from './first-steps.tsx';
import { HealthStrip } from './health-strip.tsx';
import { Tiles } from './tiles.tsx';
import { useAdmin } from '../../lib/admin/use-admin.ts';

/** How far back, and how wide the steps are. */
const RANGES = {
  '15m': { seconds: 900, step: 60 },
  '1h': { seconds: 3_600, step: 60 },
  '24h': { seconds: 86_400, step: 1_800 },
  '7d': { seconds: 604_800, step: 10_800 },
} as const;
type Range = keyof typeof RANGES;
const NAMES = Object.keys(RANGES) as Range[];

const REFRESH = { refreshInterval: 10_000 };

export function OverviewPage() {
  const t = useTranslations('overview');
  const [range, setRange] = useQueryState('range', parseAsStringLiteral(NAMES).withDefault('1h'));
  const { seconds, step } = RANGES[range];
  // To the minute: a new address every second would never find what was loaded before.
  const from = new Date((Math.floor(Date.now() / 60_000) + 1) * 60_000 - seconds * 1000).toISOString();
  const total = useAdmin('GET /traces/stats', { query: { from } }, REFRESH);
  const steps = useAdmin('GET /traces/stats', { query: { from, bucketSeconds: step } }, REFRESH);
  const ever = useAdmin('GET /traces', { query: { limit: 1 } }, REFRESH);
  return (
    <div className="grid gap-4">
      <header className="flex flex-wrap items-end justify-between gap-3">
        <h1 className="text-2xl font-semibold">{t('title')}</h1>
        <div className="w-40">
          <SelectField
            label={t('range')}
            value={range}
            options={NAMES.map((value) => ({ value, label: t(`ranges.${value}`) }))}
            onChange={(value) => void setRange(value)}
          />
        </div>
      </header>
      {ever.data?.traces.length === 0 && <FirstSteps />}
      <Loaded of={total} lines={3}>
        {([row]) => <Tiles row={row} />}
      </Loaded>
      <Panel title={t('over')}>
        <Loaded of={steps} lines={6}>
          {(rows) => <Charts rows={rows} from={Date.parse(from)} step={step * 1000} />}
        </Loaded>
      </Panel>
      <Panel title={t('health')}>
        <HealthStrip />
      </Panel>
      <div className="grid gap-4 xl:grid-cols-2">
        <Panel title={t('by')}>
          <Breakdown from={from} />
        </Panel>
        <Panel title={t('failures')}>
          <Failures />
        </Panel>
      </div>
    </div>
  );
}

function Charts({
  rows,
  from,
  step,
}: {
  readonly rows: readonly StatsRow[];
  readonly from: number;
  readonly step: number;
}) {
  const t = useTranslations('overview');
  const { compact, ms, time } = useFormats();
  const { times, traffic, waits } = useMemo(() => {
    const known = new Map(rows.map((row) => [row.at ?? 0, row]));
    const first = from - (from % step);
    const all: number[] = [];
    for (let at = first; at < Date.now(); at += step) all.push(at);
    const pick = (read: (row: StatsRow) => number | null) =>
      all.map((at) => {
        const row = known.get(at);
        return row ? read(row) : null;
      });
    return {
      times: all,
      traffic: [
        {
          label: t('requests'),
          colour: 'accent' as const,
          values: all.map((at) => known.get(at)?.requests ?? 0),
        },
        { label: t('failed'), colour: 'bad' as const, values: all.map((at) => known.get(at)?.errors ?? 0) },
      ],
      waits: [
        { label: t('ttftP50'), colour: 'good' as const, values: pick(({ p50TtftMs }) => p50TtftMs) },
        { label: t('p50'), colour: 'accent' as const, values: pick(({ p50Ms }) => p50Ms) },
        { label: t('p95'), colour: 'warn' as const, values: pick(({ p95Ms }) => p95Ms) },
      ],
    };
  }, [rows, from, step, t]);
  const clock = (at: number): string => time(at).slice(0, 5);
  return (
    <div className="grid gap-6 lg:grid-cols-2">
      <LineChart
        label={t('trafficChart')}
        times={times}
        series={traffic}
        format={compact}
        formatTime={clock}
      />
      <LineChart label={t('waitsChart')} times={times} series={waits} format={ms} formatTime={clock} />
    </div>
  );
}
