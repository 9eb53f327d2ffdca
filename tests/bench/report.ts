import type { Tally } from './load.ts';
import type { Scenario } from './scenarios.ts';

/** One round at one server: what the load generator saw, and the server's processor time for it. */
export interface Round extends Tally {
  readonly cpuMicros: number;
}

/** The rounds of one scenario: each of the bare proxy, or of what else it is beside, stands beside one of the gateway. */
export interface Result {
  readonly scenario: Scenario;
  /** What stands beside the gateway: the bare proxy, another gateway of this checkout, or the same one of another. */
  readonly beside: string;
  readonly bare: readonly Round[];
  readonly gateway: readonly Round[];
}

interface Row {
  readonly label: string;
  read(round: Round): number;
  /** Whether the project's aim is about this row. */
  readonly isAim?: boolean;
}

const WHOLE: readonly Row[] = [
  { label: 'requests/s', read: ({ requests, seconds }) => requests / seconds },
  { label: 'CPU µs/request', read: ({ cpuMicros, requests }) => cpuMicros / requests, isAim: true },
  { label: 'p50 ms', read: ({ latency }) => latency.p50 },
  { label: 'p99 ms', read: ({ latency }) => latency.p99 },
];

const STREAM: readonly Row[] = [
  { label: 'chunks/s', read: ({ events, seconds }) => events / seconds },
  {
    label: 'CPU ms/1,000 chunks',
    // Microseconds of one are milliseconds of a thousand.
    read: ({ cpuMicros, events }) => cpuMicros / events,
    isAim: true,
  },
  { label: 'first byte p50 ms', read: ({ firstByte }) => firstByte.p50 },
  { label: 'first byte p99 ms', read: ({ firstByte }) => firstByte.p99 },
  { label: 'whole reply p50 ms', read: ({ latency }) => latency.p50 },
  { label: 'whole reply p99 ms', read: ({ latency }) => latency.p99 },
];

/** The middle of the values; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 0 ? ((sorted[half - 1] ?? 0) + upper) / 2 : upper;
}

/** A table of one scenario. Ratios are taken round by round, since the machine's speed drifts. */
export function formatResult(result: Result): string {
  const { scenario, beside } = result;
  const columns = [beside, 'gateway', 'ratio'].map((name) => name.padStart(10)).join('');
  const rows = scenario.leastEvents > 0 ? STREAM : WHOLE;
  return [
    `${scenario.name.padEnd(38)}${columns}   lowest – highest`,
    ...rows.map((row) => formatRow(row, result)),
  ].join('\n');
}

function formatRow({ label, read, isAim }: Row, { scenario, beside, bare, gateway }: Result): string {
  const ratios = gateway.map((round, at) => read(round) / read(bare[at] ?? round));
  const figures = [bare, gateway].map((rounds) => formatNumber(median(rounds.map(read))).padStart(10));
  const ratio = `${median(ratios).toFixed(2)}×`.padStart(10);
  const spread = `${Math.min(...ratios).toFixed(2)} – ${Math.max(...ratios).toFixed(2)}`.padStart(19);
  const hasAim = isAim && scenario.aim !== undefined && beside !== 'before';
  const aim = hasAim ? `   aim: at most ${scenario.aim}×` : '';
  return `  ${label.padEnd(36)}${figures.join('')}${ratio}${spread}${aim}`;
}

function formatNumber(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
