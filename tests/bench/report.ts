import type { Round } from './load.ts';
import { CHUNKS, type Scenario } from './scenarios.ts';

/** The rounds of one scenario, each of the bare proxy beside one of the gateway. */
export interface Result {
  readonly scenario: Scenario;
  readonly bare: readonly Round[];
  readonly gateway: readonly Round[];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Figures of both with the median of the ratios round by round, since the machine's speed drifts. */
export function formatReport(results: readonly Result[]): string {
  return results.map(formatResult).join('\n\n');
}

function formatResult({ scenario, bare, gateway }: Result): string {
  const rows: (readonly [string, (round: Round) => number])[] = [
    ['requests/s', (round) => round.requestsPerSecond],
    ['CPU µs/request', (round) => round.cpuMicros],
    ['p50 ms', (round) => round.p50],
    ['p99 ms', (round) => round.p99],
  ];
  if (scenario.isStream) {
    rows.push(
      ['first byte p50 ms', (round) => round.firstByte],
      ['chunks/s', (round) => round.chunksPerSecond],
      ['CPU ms/1,000 chunks', (round) => round.cpuMicros / CHUNKS],
    );
  }
  const lines = rows.map(([label, read]) => {
    const ratio = median(gateway.map((round, at) => read(round) / read(bare[at] ?? round)));
    const figures = [bare, gateway].map((rounds) => format(median(rounds.map(read))).padStart(10));
    return `  ${label.padEnd(30)}${figures.join('')}${ratio.toFixed(2).padStart(10)}×`;
  });
  return [
    `${scenario.name.padEnd(32)}${['bare', 'gateway', 'ratio'].map((name) => name.padStart(10)).join('')}`,
    ...lines,
  ].join('\n');
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
