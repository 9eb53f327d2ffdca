import type { Meter } from '@opentelemetry/api';
import type { TraceRecord } from '@dragoman/plugin';
import { metricAttributes } from './attributes.ts';

/** Bounds as the GenAI semantic conventions advise them. */
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [
  1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
];

/** Measures requests: how long they take, until their first token, and how many tokens they take. */
export function createMeasures(meter: Meter): (trace: TraceRecord) => void {
  const histogram = (name: string, unit: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(name, { unit, advice: { explicitBucketBoundaries } });
  const duration = histogram('gen_ai.server.request.duration', 's', SECONDS);
  const firstToken = histogram('gen_ai.server.time_to_first_token', 's', SECONDS);
  const tokens = histogram('gen_ai.client.token.usage', '{token}', TOKENS);
  return (trace) => {
    const attributes = metricAttributes(trace);
    duration.record(trace.ms / 1000, attributes);
    if (trace.ttftMs !== undefined) firstToken.record(trace.ttftMs / 1000, attributes);
    if (trace.inputTokens !== undefined)
      tokens.record(trace.inputTokens, { ...attributes, 'gen_ai.token.type': 'input' });
    if (trace.outputTokens !== undefined)
      tokens.record(trace.outputTokens, { ...attributes, 'gen_ai.token.type': 'output' });
  };
}
