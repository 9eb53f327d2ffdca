import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import {
  definePlugin,
  type HeaderMap,
  packageVersion,
  type TraceObserver,
  withoutSlash,
} from '@dragoman/plugin';
import { createMeasures } from './measures.ts';
import { recordSpans } from './spans.ts';

export interface OtelOptions {
  /** Of an OTLP/HTTP collector: `http://127.0.0.1:4318`. `/v1/traces` and `/v1/metrics` are added. */
  readonly endpoint: string;
  readonly headers?: HeaderMap;
  /** Default `dragoman`. */
  readonly serviceName?: string;
  /** Default true. */
  readonly traces?: boolean;
  /** Default true. */
  readonly metrics?: boolean;
  /** How often metrics are sent, in milliseconds. Default 60,000. */
  readonly metricsEveryMs?: number;
}

/** Sends traces and metrics of requests to OpenTelemetry, by its GenAI semantic conventions. No prompt and no answer is sent. */
export const otel = definePlugin((options: OtelOptions) => ({
  name: 'otel',
  meta: { version: packageVersion(import.meta.url), apiVersion: 1 },
  createObserver: () => createExporter(options),
}));

function createExporter(options: OtelOptions): TraceObserver {
  const { endpoint, headers = {}, serviceName = 'dragoman', traces = true, metrics = true } = options;
  const base = withoutSlash(endpoint);
  const resource = resourceFromAttributes({ 'service.name': serviceName });
  const exporterFor = (path: string) => ({ url: `${base}${path}`, headers });

  const tracers = new TracerProvider({
    resource,
    spanProcessors: traces
      ? [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(exporterFor('/v1/traces')) })]
      : [],
  });
  const meters = new MeterProvider({
    resource,
    readers: metrics
      ? [
          new PeriodicExportingMetricReader({
            exporter: new OTLPMetricExporter(exporterFor('/v1/metrics')),
            exportIntervalMillis: options.metricsEveryMs ?? 60_000,
            exportTimeoutMillis: Math.min(10_000, options.metricsEveryMs ?? 10_000),
          }),
        ]
      : [],
  });
  const tracer = tracers.getTracer('dragoman');
  const measure = createMeasures(meters.getMeter('dragoman'));
  return {
    observe(trace) {
      recordSpans(tracer, trace);
      measure(trace);
    },
    async close() {
      // A collector that is gone must not keep the gateway from stopping.
      await Promise.allSettled([tracers.shutdown(), meters.shutdown()]);
    },
  };
}
