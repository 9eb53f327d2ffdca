import type { Registry } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

export interface SeriesInput<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
}

interface Sample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/**
 * prom-client builds a key from the labels of every observation, which costs more than the rest of a small request's
 * record. These count in plain maps, and convert on scrape.
 */
abstract class Series<Label extends string, Value> {
  readonly #input: SeriesInput<Label>;
  readonly #values = new Map<string, { readonly labels: Labels; readonly value: Value }>();

  constructor(input: SeriesInput<Label>) {
    this.#input = input;
  }

  protected at(values: readonly string[], create: () => Value): Value {
    const key = values.join('\n');
    let entry = this.#values.get(key);
    if (!entry) {
      const labels = Object.fromEntries(this.#input.labels.map((label, at) => [label, values[at] ?? '']));
      entry = { labels, value: create() };
      this.#values.set(key, entry);
    }
    return entry.value;
  }

  protected abstract samples(labels: Labels, value: Value): readonly Sample[];
  protected abstract readonly type: 'counter' | 'histogram';

  register(registry: Registry): this {
    const { name, help } = this.#input;
    const { type } = this;
    const values = (): readonly Sample[] =>
      [...this.#values.values()].flatMap(({ labels, value }) => this.samples(labels, value));
    const metric = {
      name,
      get: () => Promise.resolve({ name, help, type, values: values(), aggregator: 'sum' }),
    };
    // A registry only ever calls `get` on a metric.
    registry.registerMetric(metric as unknown as Parameters<Registry['registerMetric']>[0]);
    return this;
  }
}

export class CounterSeries<Label extends string> extends Series<Label, { count: number }> {
  protected readonly type = 'counter';

  /** Label values in the order of the labels. */
  add(amount: number, ...values: readonly string[]): void {
    this.at(values, () => ({ count: 0 })).count += amount;
  }

  protected samples(labels: Labels, { count }: { count: number }): readonly Sample[] {
    return [{ labels, value: count }];
  }
}

interface Buckets {
  readonly counts: number[];
  sum: number;
  count: number;
}

export class HistogramSeries<Label extends string> extends Series<Label, Buckets> {
  protected readonly type = 'histogram';
  readonly #name: string;
  readonly #bounds: readonly number[];

  constructor(input: SeriesInput<Label>, bounds: readonly number[]) {
    super(input);
    this.#name = input.name;
    this.#bounds = bounds;
  }

  observe(value: number, ...values: readonly string[]): void {
    const buckets = this.at(values, () => ({ counts: this.#bounds.map(() => 0), sum: 0, count: 0 }));
    buckets.sum += value;
    buckets.count += 1;
    const place = this.#bounds.findIndex((bound) => value <= bound);
    if (place >= 0) buckets.counts[place] = (buckets.counts[place] ?? 0) + 1;
  }

  protected samples(labels: Labels, { counts, sum, count }: Buckets): readonly Sample[] {
    const metricName = `${this.#name}_bucket`;
    let below = 0;
    return [
      ...this.#bounds.map((le, at) => {
        below += counts[at] ?? 0;
        return { metricName, labels: { le, ...labels }, value: below };
      }),
      { metricName, labels: { le: '+Inf', ...labels }, value: count },
      { metricName: `${this.#name}_sum`, labels, value: sum },
      { metricName: `${this.#name}_count`, labels, value: count },
    ];
  }
}
