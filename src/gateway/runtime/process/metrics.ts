/** What is counted. A gateway without an admin listener shows it to nobody, and counts nothing. */
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

export interface Metrics {
  /** Label values come from the tables or from closed lists, never as they are from a request, so that their number is bounded. */
  count(name: Counter, labels: Labels, by?: number): void;
  /** Seconds from the first byte of a request to the last of its answer. */
  duration(server: string, seconds: number): void;
  /** What is read when it is asked for; a `counter` is one that is counted elsewhere. */
  gauge(name: string, help: string, read: () => Iterable<readonly [Labels, number]>, type?: 'gauge' | 'counter'): void;
  /** A tool's own label once its server has shown that it is one, and while the server has few; else `other`. */
  toolLabel(server: string, tool: string, most: number, isTool: boolean): string;
  /** Whether a tool has its label, or none is kept: its answers need not be looked at. */
  knowsTool(server: string, tool: string): boolean;
}

export const NO_METRICS: Metrics = { count: () => {}, duration: () => {}, gauge: () => {}, toolLabel: () => '', knowsTool: () => true };
