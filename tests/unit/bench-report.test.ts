import { describe, expect, it } from 'vitest';
import { formatResult, median, type Round } from '../bench/report.ts';
import { type Scenario, SCENARIOS } from '../bench/scenarios.ts';

const round = (cpuMicros: number): Round => ({
  requests: 10,
  seconds: 1,
  events: 100,
  latency: { p50: 1, p99: 2 },
  firstByte: { p50: 1, p99: 2 },
  cpuMicros,
});

const scenario: Scenario = {
  name: 'a load',
  gateway: 'passing',
  path: '/',
  body: '{}',
  connections: 1,
  warmUpSeconds: 0,
  leastEvents: 0,
};

const lineOf = (label: string, table: string): string | undefined =>
  table
    .split('\n')
    .find((line) => line.trim().startsWith(label))
    ?.trim()
    .replaceAll(/\s+/g, ' ');

describe('the report of the bench', () => {
  it('takes the median of the ratios round by round, so that a machine that slows down does not count', () => {
    const table = formatResult({
      scenario,
      beside: 'bare',
      bare: [round(1000), round(2000), round(4000)],
      gateway: [round(1500), round(6000), round(8000)],
    });
    // The medians of the figures alone would give 3.
    expect(lineOf('CPU', table)).toBe('CPU µs/request 200 600 2.00× 1.50 – 3.00');
  });

  it('tells chunks and first bytes of streams only', () => {
    const result = { scenario, beside: 'bare', bare: [round(1)], gateway: [round(1)] };
    expect(formatResult(result)).not.toMatch(/chunks|first byte/);
    const stream = formatResult({ ...result, scenario: { ...scenario, leastEvents: 1 } });
    expect(lineOf('chunks/s', stream)).toBe('chunks/s 100 100 1.00× 1.00 – 1.00');
    expect(lineOf('first byte p99', stream)).toBe('first byte p99 ms 2.00 2.00 1.00× 1.00 – 1.00');
  });

  it("names the scenario's aim beside the processor time", () => {
    const result = { scenario: { ...scenario, aim: 1.6 }, bare: [round(1)], gateway: [round(1)] };
    const table = formatResult({ ...result, beside: 'bare' });
    expect(lineOf('CPU', table)).toMatch(/aim: at most 1\.6×$/);
    expect(lineOf('p99', table)).not.toMatch(/aim/);
    // The aim is not about the code before a change.
    expect(formatResult({ ...result, beside: 'before' })).not.toMatch(/aim/);
  });
});

describe('the median', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[7], 7],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });
});

describe('the scenarios of the bench', () => {
  it('ask for about 1 KB of JSON', () => {
    for (const { body } of SCENARIOS) {
      expect(JSON.parse(body)).toHaveProperty('model');
      expect(Math.abs(body.length - 1024)).toBeLessThan(100);
    }
  });
});
