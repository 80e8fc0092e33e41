/** Sends spans to a collector in batches, one after the other; while it cannot, so many wait, and the rest are dropped and counted. */
import http from 'node:http';
import https from 'node:https';
import { at, parseJson } from '../../wire/json-rpc.js';
import type { Log } from '../../process/log.js';
import type { Metrics } from '../../process/metrics.js';
import { requestOf } from './otlp.js';

export interface ExporterOptions {
  readonly url: string;
  readonly service: string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly pace?: Partial<Pace>;
}

/** Counts, and times in milliseconds. */
export interface Pace {
  /** Spans in one request. */
  readonly batch: number;
  /** How long a span waits for others. */
  readonly every: number;
  /** Spans that wait at most, with those that are being sent. */
  readonly queue: number;
  /** For one request and its answer. */
  readonly timeout: number;
  readonly attempts: number;
  /** Before the second attempt; doubled for each one more. */
  readonly backoff: number;
  /** What `close` waits. */
  readonly end: number;
}

const PACE: Pace = { batch: 512, every: 5000, queue: 2048, timeout: 10_000, attempts: 5, backoff: 1000, end: 2000 };
/** OTLP/HTTP, Failures: these alone may be sent again. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const LONGEST_WAIT = 3_600_000;
const LONGEST_ANSWER = 65_536;

export interface Exporter {
  add(span: string): void;
  /** Sends what waits now, as far as the collector takes it in time. Spans that end later are still sent, each at once. */
  close(): Promise<void>;
}

interface Told {
  /** 0 where no answer came. */
  readonly status: number;
  readonly retryAfter?: string | undefined;
  readonly text: string;
}

export function createExporter({ url, service, log, metrics, pace }: ExporterOptions): Exporter {
  const { batch, every, queue: most, timeout, attempts, backoff, end } = { ...PACE, ...pace };
  const queue: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | null = null;
  let isClosing = false;
  let isFailing = false;
  let wake = (): void => {};

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    sending ??= send().finally(() => {
      sending = null;
      schedule();
    });
    return sending;
  };

  const schedule = (): void => {
    if (sending || queue.length === 0) return;
    if (isClosing || queue.length >= batch) void flush();
    else timer ??= setTimeout(flush, every).unref();
  };

  const send = async (): Promise<void> => {
    const spans = queue.slice(0, batch);
    const refused = await deliver(requestOf(service, spans));
    queue.splice(0, spans.length);
    const failed = refused === null ? spans.length : Math.min(refused, spans.length);
    if (failed > 0) metrics.count('mcpgen_spans_total', { outcome: 'failed' }, failed);
    if (failed < spans.length) metrics.count('mcpgen_spans_total', { outcome: 'exported' }, spans.length - failed);
  };

  /** @returns how many of the spans the collector refused; null where it took none */
  const deliver = async (body: string): Promise<number | null> => {
    for (let attempt = 1; ; attempt++) {
      const { status, retryAfter, text } = await post(url, body, timeout);
      const isTaken = status >= 200 && status < 300;
      if (isTaken === isFailing) {
        isFailing = !isTaken;
        if (isTaken) log('info', 'traces-exported');
        else log('warn', 'traces-failing', { collector: new URL(url).host, ...(status === 0 ? { error: text } : { status }) });
      }
      if (isTaken) return refusedOf(text);
      if (isClosing || attempt >= attempts || (status !== 0 && !RETRYABLE.has(status))) return null;
      // Gateways that lost their collector together must not come back together.
      await pause(waitOf(retryAfter) ?? backoff * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  };

  const pause = (wait: number): Promise<void> =>
    new Promise((resolve) => {
      const paused = setTimeout(resolve, Math.min(wait, LONGEST_WAIT)).unref();
      wake = () => {
        clearTimeout(paused);
        resolve();
      };
    });

  return {
    add: (span) => {
      if (queue.length >= most) return metrics.count('mcpgen_spans_total', { outcome: 'dropped' });
      queue.push(span);
      schedule();
    },
    close: async () => {
      isClosing = true;
      wake();
      let late: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => (late = setTimeout(resolve, end)));
      const drained = (async () => {
        while (queue.length > 0) await flush();
      })();
      await Promise.race([drained, limit]);
      clearTimeout(late);
    },
  };
}

/** RFC 9110 §10.2.3: seconds, or a date. @returns milliseconds */
function waitOf(retryAfter: string | undefined): number | null {
  const wait = /^\d+$/.test(retryAfter ?? '') ? Number(retryAfter) * 1000 : Date.parse(retryAfter ?? '') - Date.now();
  return Number.isNaN(wait) ? null : Math.max(0, wait);
}

/** OTLP/HTTP, Partial Success: taken, but for some that would be refused again. */
function refusedOf(text: string): number {
  return Number(at(parseJson(text), 'partialSuccess', 'rejectedSpans')) || 0;
}

/** A connection of its own: the next batch is seconds away. */
function post(url: string, body: string, timeout: number): Promise<Told> {
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException): void => resolve({ status: 0, text: error.code ?? error.name });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const send = url.startsWith('https:') ? https.request : http.request;
    const request = send(url, { method: 'POST', agent: false, headers, signal: AbortSignal.timeout(timeout) }, (response) => {
      let text = '';
      const { statusCode: status = 0, headers } = response;
      const done = (): void => resolve({ status, retryAfter: headers['retry-after'], text });
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        // Whatever it is, nobody reads it.
        if (text.length > LONGEST_ANSWER) response.destroy();
      });
      // Its status is what counts, even where the rest never came.
      response.on('error', () => {}).once('close', done);
    });
    // A change of protocol that nobody asked for is no answer, and no error to Node.
    request.once('upgrade', (_response, socket) => {
      socket.destroy();
      resolve({ status: 101, text: '' });
    });
    request.on('error', fail).end(body);
  });
}
