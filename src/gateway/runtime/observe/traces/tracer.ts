/** Spans of requests, exported to a collector. */
import { randomBytes } from 'node:crypto';
import type { Log } from '../../process/log.js';
import type { Metrics } from '../../process/metrics.js';
import { beginTrace, readTraceparent } from './context.js';
import { createExporter, type Pace } from './exporter.js';
import { encodeSpan, type SpanFacts } from './otlp.js';

export interface TracerOptions {
  readonly otlp: string;
  readonly sample: number;
  readonly service: string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly pace?: Partial<Pace>;
}

export interface Span {
  readonly traceId: string;
  /** Context of this span, for the server behind (W3C Trace Context, level 1). */
  readonly traceparent: string;
  /** The `tracestate` beside the caller's `traceparent` header belongs to this trace. */
  readonly keepsState: boolean;
  end(facts: SpanFacts): void;
}

export interface Tracer {
  /** Both as the caller sent them, valid or not: what a message says of its trace comes before what its request says. `startedAt` is of the monotonic clock. */
  begin(message: string | null, header: string | undefined, startedAt: number): Span;
  /** Sends what is left, as far as the collector takes it. */
  close(): Promise<void>;
}

export function createTracer({ otlp, sample, service, log, metrics, pace = {} }: TracerOptions): Tracer {
  const exporter = createExporter({ url: otlp, service, log, metrics, pace });
  return {
    begin: (message, header, startedAt) => {
      const ofRequest = readTraceparent(header ?? '');
      const context = readTraceparent(message ?? '') ?? ofRequest ?? beginTrace(sample);
      const { traceId, sampled } = context;
      const spanId = randomBytes(8).toString('hex');
      return {
        traceId,
        traceparent: `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`,
        keepsState: ofRequest?.traceId === traceId,
        end: (facts) => {
          if (sampled) exporter.add(encodeSpan({ context, spanId, startedAt, endedAt: performance.now(), facts }));
        },
      };
    },
    close: () => exporter.close(),
  };
}
