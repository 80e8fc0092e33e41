/** What is counted. A gateway without an admin listener shows it to nobody, and counts nothing. */
import type { Readable } from 'node:stream';
import type { Holder } from './places.js';

export type Labels = Readonly<Record<string, string>>;

/** Every counter there is. */
export type Counter =
  | 'mcpgen_requests_total'
  | 'mcpgen_messages_total'
  | 'mcpgen_refusals_total'
  | 'mcpgen_origin_refusals_total'
  | 'mcpgen_auth_attempts_total'
  | 'mcpgen_rate_limited_total'
  | 'mcpgen_tool_calls_total'
  | 'mcpgen_sessions_opened_total'
  | 'mcpgen_sessions_ended_total'
  | 'mcpgen_upstream_failures_total'
  | 'mcpgen_upstream_retries_total'
  | 'mcpgen_spans_total';

/** As much of an answer as shows what was called. */
export interface CallAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer | Readable;
}

export interface Metrics {
  /** Label values come from the tables or from closed lists, never as they are from a request, so that their number is bounded. */
  count(name: Counter, labels: Labels, by?: number): void;
  /** Seconds from the first byte of a request to the last of its answer. */
  duration(server: string, seconds: number): void;
  /** What is read when it is asked for; a `counter` is one that is counted elsewhere. */
  gauge(name: string, help: string, read: () => Iterable<readonly [Labels, number]>, type?: 'gauge' | 'counter'): void;
  /**
   * Counts calls of tools. A name has a label of its own once its server has answered a call of it with a result, and while the server has fewer than `most`;
   * the others share one.
   * @param tools those of one message, several only in a batch @param answer what came of it; null where nothing did
   * @param caller whose share of the labels it takes from; nobody's where callers have no names
   */
  toolCalls(server: string, tools: readonly string[], most: number, answer: CallAnswer | null, caller?: Holder): void;
}

export const NO_METRICS: Metrics = { count: () => {}, duration: () => {}, gauge: () => {}, toolCalls: () => {} };
